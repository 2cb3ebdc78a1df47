namespace PatchMoE.Cli.Backends;

/// <summary>Computes one pass of a network.</summary>
internal interface IPassBackend
{
    /// <summary>Logits and, as asked, loss, gradients and routes.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="parameters">Its parameter buffer.</param>
    /// <param name="batch">The samples; with labels, loss and gradients are computed.</param>
    /// <param name="wantRoutes">Whether to give the routes; layer 0 must have some.</param>
    PassResult Run(PatchMoESpec spec, float[] parameters, SampleBatch batch, bool wantRoutes);
}

/// <summary>Samples for a pass.</summary>
/// <param name="Input">[B, …].</param>
/// <param name="Shape">Its axes, B first.</param>
/// <param name="Labels">[B], or null.</param>
/// <param name="Lengths">Valid patches, [B] or [B, groups], or null.</param>
internal sealed record SampleBatch(float[] Input, EquatableArray<int> Shape, int[]? Labels = null, int[]? Lengths = null)
{
    /// <summary>B.</summary>
    public int Samples => Shape[0];
}

/// <summary>What a pass gives.</summary>
/// <param name="Logits">[B, C].</param>
/// <param name="Loss">The mean loss; null without labels.</param>
/// <param name="Gradients">Of every weight that has one, and <c>input</c>; empty without labels.</param>
/// <param name="Routes">[B·T, k, l], for sample routing [B·T, 1, 1]; null if not wanted.</param>
internal sealed record PassResult(float[] Logits, double? Loss, IReadOnlyList<NamedTensor> Gradients, int[]? Routes);
