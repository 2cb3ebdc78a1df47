namespace PatchMoE;

/// <summary>
/// A network ready to compute on one backend: the CPU, a GPU, or another library. It holds the weights there and computes
/// passes. Sizes as in <see cref="IPatchMoEModel"/>: B samples, C logits, every array dense and row-major. Not thread-safe.
/// </summary>
public interface INetworkEngine : IDisposable
{
    /// <summary>The network; only its name and model are used.</summary>
    PatchMoESpec Spec { get; }

    /// <summary>A readable name of the device that computes, for example <c>CPU, 2 threads</c> or the name of a GPU.</summary>
    string Device { get; }

    /// <summary>Sets all weights. A table of tokens is none of the engine's: here and below, that part of the buffer is neither read nor written.</summary>
    /// <param name="parameters">The parameter buffer, laid out as described by <see cref="ModelParameters"/>.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    void SetParameters(ReadOnlySpan<float> parameters);

    /// <summary>Reads all weights; floats of the buffer that belong to no tensor are left unchanged, or set to 0.</summary>
    /// <param name="parameters">As in <see cref="SetParameters"/>, written.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    void GetParameters(Span<float> parameters);

    /// <summary>Computes the logits of B samples.</summary>
    /// <param name="input">[B, …].</param>
    /// <param name="logits">[B, C], written; its length determines B.</param>
    /// <param name="lengths">Valid patches, [B] or [B, groups]; empty if all are valid.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    void Forward(ReadOnlySpan<float> input, Span<float> logits, ReadOnlySpan<int> lengths = default);

    /// <summary>Computes the logits, the mean loss and its gradients.</summary>
    /// <param name="input">[B, …].</param>
    /// <param name="labels">[B]; its length determines B.</param>
    /// <param name="logits">[B, C], written.</param>
    /// <param name="gradients">As long as the parameter buffer without a table of tokens, overwritten; 0 where there is no gradient.</param>
    /// <param name="inputGradient">As long as <paramref name="input"/>, overwritten; empty if not wanted.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <returns>The mean loss.</returns>
    /// <exception cref="ArgumentException">A length or a label does not fit.</exception>
    double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default);

    /// <summary>Which patches each expert of layer 0 takes (see <see cref="IPatchMoEModel.Route"/>).</summary>
    /// <param name="input">[B, …].</param>
    /// <param name="routes">[B·T, k, l], for sample routing [B·T, 1, 1]; written, best first, −1 for none.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit, or layer 0 routes nothing.</exception>
    void Route(ReadOnlySpan<float> input, Span<int> routes, ReadOnlySpan<int> lengths = default);
}
