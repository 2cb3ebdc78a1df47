using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>Where a training run is; reported after every update, and once more with <see cref="Completed"/> after every epoch.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Epoch">The epoch, from 1 in each phase.</param>
/// <param name="Epochs">Epochs of the phase.</param>
/// <param name="Batch">Updates made in this epoch.</param>
/// <param name="Batches">Updates in an epoch.</param>
/// <param name="Loss">The epoch's mean training loss so far.</param>
/// <param name="Completed">What the epoch came to; null while it runs.</param>
public readonly record struct TrainingProgress(
    TrainingPhase Phase, int Epoch, int Epochs, int Batch, int Batches, double Loss, EpochMetrics? Completed = null);
