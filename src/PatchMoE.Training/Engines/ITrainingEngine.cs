using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Training.Engines;

/// <summary>An engine that can also update the weights where they are. Not thread-safe.</summary>
public interface ITrainingEngine : INetworkEngine
{
    /// <summary>Begins a phase of training.</summary>
    /// <param name="optimizer">The update rule, the tensors it updates, and its state so far. The engine may keep the state elsewhere until <see cref="Collect"/>.</param>
    /// <param name="weights">How much each class counts in the loss of an update; null if all count the same.</param>
    void BeginTraining(Optimizer optimizer, ClassWeights? weights = null);

    /// <summary>One update for the mean loss of a batch, weighted by the classes' weights if there are any.</summary>
    /// <param name="data">The training data; an engine may keep a copy of it on its device.</param>
    /// <param name="samples">The batch: indices of samples.</param>
    /// <param name="next">The batch of the next update, so that its copy can overlap with work; empty if there is none.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="inputGradient">[B, …], the gradient of that loss with respect to the batch's values, written; empty if not wanted.</param>
    /// <returns>
    /// The mean loss before the update. If it, a logit or a gradient is not finite, NaN or infinity, and no weight has been changed; an engine that never holds all
    /// gradients misses one that overflows while all logits are finite: the resulting weights show it in the next loss.
    /// </returns>
    /// <exception cref="InvalidOperationException"><see cref="BeginTraining"/> was not called.</exception>
    double Step(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate, Span<float> inputGradient = default);

    /// <summary>The gradients of the last <see cref="Step"/>, if it made no update: used to explain a failure.</summary>
    /// <param name="gradients">As long as the parameter buffer without a table of tokens, written.</param>
    void GetGradients(Span<float> gradients);

    /// <summary>Copies the optimizer's state back to the object given to <see cref="BeginTraining"/>.</summary>
    void Collect();
}
