using PatchMoE.Training.Data;

namespace PatchMoE.Training.Evaluation;

/// <summary>
/// Where a trained router ranks the discriminative patch of each sample. One pass that takes every patch gives the hit rate for every l at once, since the l
/// patches taken are the first l of this order.
/// </summary>
/// <param name="Patches">n.</param>
/// <param name="Ranks">The rank of each sample whose discriminative patch is known, 1…n, or n + 1 if the patch is never taken; of several such patches, as in a bag, the best rank (see <see cref="RouterHits.Rank"/>).</param>
/// <param name="IsPositive">Whether each of these samples has a positive label.</param>
internal sealed record HitRanks(int Patches, IReadOnlyList<int> Ranks, IReadOnlyList<bool> IsPositive)
{
    private const int Batch = 256;

    /// <summary>Measures.</summary>
    /// <param name="engine">The network with l = n, for which <see cref="RouterHits.AreDefinedFor"/>.</param>
    /// <param name="data">The samples.</param>
    /// <param name="cancellation">Stops between two passes.</param>
    /// <exception cref="ArgumentException">The network takes fewer than n patches, or no discriminative patch is known.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static HitRanks Measure(INetworkEngine engine, Dataset data, CancellationToken cancellation = default)
    {
        LayerShape shape = engine.Spec.Model.LayerShapes()[0];
        if (shape.PatchesPerExpert != shape.Patches)
        {
            throw new ArgumentException($"The network takes {shape.PatchesPerExpert} of {shape.Patches} patches: the order of the others is unknown.", nameof(engine));
        }

        int length = shape.Experts * shape.Patches;
        var routes = new int[Batch * length];
        var ranks = new List<int>();
        var positive = new List<bool>();
        float[] inputs = [];
        for (int start = 0; start < data.Count; start += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = Math.Min(Batch, data.Count - start);
            engine.Route(data.InputsOf(start, count, ref inputs), routes.AsSpan(0, count * length), data.LengthsOf(start, count));
            for (int i = 0; i < count; i++)
            {
                (int at, int label) = (i * length, data.Labels[start + i]);
                int[] patches = [.. data.DiscriminativePatchesOf(start + i)];
                if (patches.Length > 0)
                {
                    ranks.Add(patches.Min(patch => RouterHits.Rank(routes.AsSpan(at, length), shape.Experts, label, patch)));
                    positive.Add(label > 0);
                }
            }
        }

        return ranks.Count > 0
            ? new HitRanks(shape.Patches, ranks, positive)
            : throw new ArgumentException("No sample's discriminative patch is known.", nameof(data));
    }

    /// <summary>The share of the samples, 0…1, whose discriminative patch is among its expert's l.</summary>
    /// <param name="patchesPerExpert">l.</param>
    public double HitRate(int patchesPerExpert) => (double)Ranks.Count(rank => rank <= patchesPerExpert) / Ranks.Count;

    /// <summary>The same for the samples of one class; null if there are none.</summary>
    /// <param name="patchesPerExpert">l.</param>
    /// <param name="positive">Which class.</param>
    public double? HitRate(int patchesPerExpert, bool positive)
    {
        int[] own = [.. Ranks.Where((_, i) => IsPositive[i] == positive)];
        return own.Length == 0 ? null : (double)own.Count(rank => rank <= patchesPerExpert) / own.Length;
    }
}
