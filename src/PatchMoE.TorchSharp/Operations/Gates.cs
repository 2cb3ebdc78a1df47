using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Operations;

/// <summary>The gate values G of chosen patches.</summary>
internal static class Gates
{
    /// <summary>none: 1 · softmaxSelected: over the chosen patches · softmaxAll: over all valid patches, not renormalised · sigmoid.</summary>
    /// <param name="gate">The kind of gate.</param>
    /// <param name="scores">g [N, k, n].</param>
    /// <param name="chosen">The chosen patches [N, k, l].</param>
    /// <param name="lengths">Valid patches [N, 1, 1]; null if all are valid.</param>
    /// <returns>[N, k, l]; 0 for a chosen patch that is not valid.</returns>
    public static Tensor Of(Gate gate, Tensor scores, Tensor chosen, Tensor? lengths)
    {
        Tensor taken = scores.gather(2, chosen);
        Tensor gates = gate switch
        {
            Gate.None => ones_like(taken),
            Gate.SoftmaxSelected => nn.functional.softmax(Only(taken, chosen, lengths), 2),
            Gate.SoftmaxAll => nn.functional.softmax(Only(scores, arange(scores.shape[2], device: scores.device), lengths), 2).gather(2, chosen),
            Gate.Sigmoid => taken.sigmoid(),
            _ => throw new ArgumentOutOfRangeException(nameof(gate), gate, "Unknown gate."),
        };
        return lengths is null ? gates : gates.masked_fill(chosen >= lengths, 0);
    }

    /// <summary>Scores of invalid patches are set so low that softmax gives them 0; not −∞, which would give NaN if no patch is valid.</summary>
    private static Tensor Only(Tensor scores, Tensor patches, Tensor? lengths) =>
        lengths is null ? scores : scores.masked_fill(patches >= lengths, float.MinValue);
}
