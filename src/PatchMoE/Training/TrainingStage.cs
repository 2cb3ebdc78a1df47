namespace PatchMoE;

/// <summary>One phase of a run as the trainer's loop sees it: a loss with gradients, an optimizer, a test.</summary>
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

    /// <summary>Mean loss and its gradients over one batch.</summary>
    /// <param name="samples">The batch: indices of training samples.</param>
    /// <param name="gradients">As long as the parameter buffer, overwritten.</param>
    public abstract double LossAndGradients(ReadOnlySpan<int> samples, Span<float> gradients);

    /// <summary>Measures the model on the test data.</summary>
    public abstract (double Loss, double? Accuracy, double? RouterHitRate) Test(CancellationToken cancellation);
}
