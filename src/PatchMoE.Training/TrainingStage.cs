using PatchMoE.Training.Optimizers;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>One phase of a run as the trainer's loop sees it: updates and a test.</summary>
internal abstract class TrainingStage(TrainingPhase phase, int epochs, Optimizer optimizer)
{
    public TrainingPhase Phase => phase;

    public int Epochs => epochs;

    public Optimizer Optimizer => optimizer;

    /// <summary>The learning rate of one update.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="batch">From 0.</param>
    /// <param name="batches">Updates in an epoch.</param>
    public abstract double LearningRate(int epoch, int batch, int batches);

    /// <summary>Takes the model's weights and the optimizer's state as they are now.</summary>
    public abstract void Begin();

    /// <summary>Makes the epoch's data, where they differ from epoch to epoch.</summary>
    /// <param name="epoch">From 0.</param>
    public virtual void BeginEpoch(int epoch)
    {
    }

    /// <summary>One update; returns the mean loss before it, which is not finite (and no weight changed) if the run diverged.</summary>
    /// <param name="samples">The batch: indices of training samples.</param>
    /// <param name="next">The batch behind it; empty at the end of an epoch.</param>
    /// <param name="learningRate">η.</param>
    public abstract double Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate);

    /// <summary>The gradients of the last update, as long as the parameter buffer.</summary>
    public abstract void GetGradients(Span<float> gradients);

    /// <summary>Brings weights and optimizer state back to the model and the optimizer.</summary>
    public abstract void Collect();

    /// <summary>Measures the network on the test data.</summary>
    public abstract (double Loss, double? Accuracy, double? RouterHitRate) Test(CancellationToken cancellation);
}
