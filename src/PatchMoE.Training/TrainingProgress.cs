using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>The progress of a training run; reported after every update, and once more with <see cref="Completed"/> after every epoch.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Epoch">The epoch, from 1 in each phase.</param>
/// <param name="Epochs">The number of epochs of the phase.</param>
/// <param name="Batch">The number of updates made in this epoch.</param>
/// <param name="Batches">The number of updates in an epoch.</param>
/// <param name="Loss">The epoch's mean training loss so far.</param>
/// <param name="Completed">The results of the epoch; null while it runs.</param>
public readonly record struct TrainingProgress(
    TrainingPhase Phase, int Epoch, int Epochs, int Batch, int Batches, double Loss, EpochMetrics? Completed = null);
