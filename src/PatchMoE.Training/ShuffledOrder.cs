using PatchMoE.RandomNumbers;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>The order of the training samples in each epoch: a permutation that depends only on seed, phase and epoch.</summary>
internal sealed class ShuffledOrder(int[] samples, int batch, ulong seed)
{
    private readonly int[] _order = new int[samples.Length];

    /// <summary>The number of updates in an epoch; the last one may have fewer samples than the others.</summary>
    public int Batches => (samples.Length + batch - 1) / batch;

    /// <summary>Draws the order of an epoch.</summary>
    /// <param name="phase">The phase.</param>
    /// <param name="epoch">From 0.</param>
    public void Begin(TrainingPhase phase, int epoch)
    {
        samples.CopyTo(_order, 0);
        CounterRandom.ForName(seed, $"shuffle.{EpochMetrics.PhaseName(phase)}.{epoch}").Shuffle<int>(_order);
    }

    /// <summary>The samples of batch <paramref name="index"/>, from 0.</summary>
    public ReadOnlySpan<int> Batch(int index) => _order.AsSpan(index * batch, Math.Min(batch, samples.Length - (index * batch)));
}
