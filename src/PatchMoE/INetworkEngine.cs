namespace PatchMoE;

/// <summary>
/// A network made ready to compute in one place: on the CPU, on a GPU, in another library. It holds the weights there, computes passes and makes
/// updates. Sizes as in <see cref="IPatchMoEModel"/>: B samples, C logits, every array dense and row-major. Not safe for two callers at once.
/// </summary>
public interface INetworkEngine : IDisposable
{
    /// <summary>The network; only its name and model count.</summary>
    PatchMoESpec Spec { get; }

    /// <summary>What computes, for people: for example <c>CPU, 2 threads</c> or the name of a GPU.</summary>
    string Device { get; }

    /// <summary>Sets all weights.</summary>
    /// <param name="parameters">The parameter buffer, laid out as <see cref="ModelParameters"/> says.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    void SetParameters(ReadOnlySpan<float> parameters);

    /// <summary>Reads all weights; floats of the buffer that belong to no tensor are left as they are, or 0.</summary>
    /// <param name="parameters">As in <see cref="SetParameters"/>, written.</param>
    /// <exception cref="ArgumentException">The length does not fit.</exception>
    void GetParameters(Span<float> parameters);

    /// <summary>Computes the logits of B samples.</summary>
    /// <param name="input">[B, …].</param>
    /// <param name="logits">[B, C], written; its length fixes B.</param>
    /// <param name="lengths">Valid patches, [B] or [B, groups]; empty if all are valid.</param>
    /// <exception cref="ArgumentException">A length does not fit.</exception>
    void Forward(ReadOnlySpan<float> input, Span<float> logits, ReadOnlySpan<int> lengths = default);

    /// <summary>Forward, mean loss and its gradients.</summary>
    /// <param name="input">[B, …].</param>
    /// <param name="labels">[B]; its length fixes B.</param>
    /// <param name="logits">[B, C], written.</param>
    /// <param name="gradients">As long as the parameter buffer, overwritten; 0 for what has no gradient.</param>
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

    /// <summary>Begins a phase of training.</summary>
    /// <param name="optimizer">The rule, the tensors that it updates, and its state so far. The engine may keep the state in its own place until <see cref="Collect"/>.</param>
    void BeginTraining(Optimizer optimizer);

    /// <summary>One update on the mean loss of a batch.</summary>
    /// <param name="data">The training data; an engine may keep a copy of it on its device.</param>
    /// <param name="samples">The batch: indices of samples.</param>
    /// <param name="next">The batch of the update to come, so that its copy can overlap with work; empty if there is none.</param>
    /// <param name="learningRate">η.</param>
    /// <returns>
    /// The mean loss before the update. If it, a logit or a gradient is not finite, NaN or infinity, and no weight has changed; an engine that never holds all gradients
    /// does not see one that overflows where all logits are finite: the weights that this leaves show it in the next loss.
    /// </returns>
    /// <exception cref="InvalidOperationException"><see cref="BeginTraining"/> was not called.</exception>
    double Step(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate);

    /// <summary>The gradients of the last <see cref="Step"/>, if it made no update: what a failure is explained with.</summary>
    /// <param name="gradients">As long as the parameter buffer, written.</param>
    void GetGradients(Span<float> gradients);

    /// <summary>Brings the optimizer's state back into the object given to <see cref="BeginTraining"/>.</summary>
    void Collect();
}
