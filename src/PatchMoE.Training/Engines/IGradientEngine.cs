using PatchMoE.Training.Data;

namespace PatchMoE.Training.Engines;

/// <summary>An engine that can also give the gradients of an update without making it, so that those of several parts of a batch can be added up outside it.</summary>
public interface IGradientEngine : ITrainingEngine
{
    /// <summary>The gradients of the mean loss of samples, as an update computes them. The engine's weights stay as they are, a batch norm's statistics included.</summary>
    /// <param name="data">The training data; an engine may keep a copy of it on its device.</param>
    /// <param name="samples">Indices of samples, at least one.</param>
    /// <param name="weights">How much each class counts in the mean; null if all count the same.</param>
    /// <param name="gradients">
    /// As long as the parameter buffer without a table of tokens, overwritten. A batch norm's running statistics have no gradient: in their places are their values after these samples.
    /// 0 elsewhere.
    /// </param>
    /// <param name="inputGradient">[B, …], the gradient with respect to the samples' values, written; empty if not wanted.</param>
    /// <returns>The mean loss; NaN or infinity if the network has diverged.</returns>
    double Gradients(Dataset data, ReadOnlySpan<int> samples, ClassWeights? weights, Span<float> gradients, Span<float> inputGradient = default);
}
