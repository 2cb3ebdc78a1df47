using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Optimizers;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>One phase of a run as seen by the trainer's loop: updates and a test.</summary>
internal abstract class TrainingStage(TrainingPhase phase, int epochs, Optimizer optimizer)
{
    public TrainingPhase Phase => phase;

    public int Epochs => epochs;

    public Optimizer Optimizer => optimizer;

    /// <summary>The learning rate of one update.</summary>
    /// <param name="epoch">From 0.</param>
    /// <param name="batch">From 0.</param>
    /// <param name="batches">The number of updates in an epoch.</param>
    public abstract double LearningRate(int epoch, int batch, int batches);

    /// <summary>Loads the model's current weights and the optimizer's current state.</summary>
    public abstract void Begin();

    /// <summary>Prepares the epoch's data, if they differ from epoch to epoch.</summary>
    /// <param name="epoch">From 0.</param>
    public virtual void BeginEpoch(int epoch)
    {
    }

    /// <summary>One update; returns the mean loss before it, which is not finite (with no weight changed) if the run diverged.</summary>
    /// <param name="samples">The batch: indices of training samples.</param>
    /// <param name="next">The batch after it; empty at the end of an epoch.</param>
    /// <param name="learningRate">η.</param>
    public abstract double Step(ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate);

    /// <summary>The gradients of the last update, as long as the parameter buffer.</summary>
    public abstract void GetGradients(Span<float> gradients);

    /// <summary>Copies weights and optimizer state back to the model and the optimizer.</summary>
    public abstract void Collect();

    /// <summary>Evaluates the network on held-out samples; null if there are none, or the stage does not train on the network's own loss.</summary>
    public virtual EvaluationResult? Validate(CancellationToken cancellation) => null;

    /// <summary>Evaluates the network on the test data.</summary>
    public abstract (double Loss, double? Accuracy, double? RouterHitRate) Test(CancellationToken cancellation);
}
