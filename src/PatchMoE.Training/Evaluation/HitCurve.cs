using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Evaluation;

/// <summary>The hit rate at one l.</summary>
/// <param name="PatchesPerExpert">l.</param>
/// <param name="Rate">The mean over the networks, 0…1.</param>
/// <param name="Low">The lower end of its 95 % interval.</param>
/// <param name="High">The upper end.</param>
internal sealed record HitPoint(int PatchesPerExpert, double Rate, double Low, double High);

/// <summary>The threshold l*: the smallest l whose hit rate reaches 1 − α. An end of its interval is null where no measured l reaches it.</summary>
/// <param name="PatchesPerExpert">l*; null if no measured l reaches 1 − α.</param>
/// <param name="Low">The lower end of its 95 % interval.</param>
/// <param name="High">The upper end.</param>
/// <param name="Alpha">α.</param>
internal sealed record HitThreshold(int? PatchesPerExpert, int? Low, int? High, double Alpha);

/// <summary>The hit rate against l, and l*, over several trained networks.</summary>
/// <param name="Points">In the order of l.</param>
/// <param name="Threshold">l*.</param>
/// <param name="Networks">The number of networks.</param>
internal sealed record HitCurve(IReadOnlyList<HitPoint> Points, HitThreshold Threshold, int Networks)
{
    /// <summary>The bootstrap's number of draws.</summary>
    public const int Draws = 1000;

    // Percentiles 2.5 and 97.5.
    private const int Outside = Draws / 40;

    // Sums of shares: 0.95 must reach 1 − 0.05.
    private const double Rounding = 1e-9;

    /// <summary>
    /// Computes rates, threshold and intervals. The intervals are percentiles of a bootstrap in two stages: networks are drawn
    /// with replacement, then test samples within each. Every draw is the same for all l.
    /// </summary>
    /// <param name="patches">The values of l, ascending.</param>
    /// <param name="networks">For each of them the ranks in every network: in networks trained with that l, or each time in the same ones.</param>
    /// <param name="alpha">α, between 0 and 1.</param>
    /// <param name="seed">The seed of the bootstrap.</param>
    public static HitCurve Of(IReadOnlyList<int> patches, IReadOnlyList<IReadOnlyList<HitRanks>> networks, double alpha, ulong seed)
    {
        int count = networks[0].Count;
        byte[][] hits = [.. Enumerable.Range(0, count).Select(network => Hits(patches, [.. networks.Select(each => each[network])]))];
        var draws = new double[Draws][];
        Parallel.For(0, Draws, draw => draws[draw] = Draw(hits, patches.Count, seed, draw));

        double[] rates = [.. patches.Select((l, i) => networks[i].Average(network => network.HitRate(l)))];
        var points = new HitPoint[patches.Count];
        for (int i = 0; i < points.Length; i++)
        {
            double[] drawn = [.. draws.Select(draw => draw[i]).Order()];
            points[i] = new HitPoint(patches[i], rates[i], drawn[Outside], drawn[Draws - 1 - Outside]);
        }

        int[] thresholds = [.. draws.Select(draw => Reached(draw, alpha)).Order()];
        int? At(int index) => index < patches.Count ? patches[index] : null;
        var threshold = new HitThreshold(At(Reached(rates, alpha)), At(thresholds[Outside]), At(thresholds[Draws - 1 - Outside]), alpha);
        return new HitCurve(points, threshold, count);
    }

    /// <summary>[samples, L] of one network: 1 for a hit.</summary>
    private static byte[] Hits(IReadOnlyList<int> patches, HitRanks[] ranks)
    {
        int samples = ranks[0].Ranks.Count;
        var hits = new byte[samples * patches.Count];
        for (int i = 0; i < hits.Length; i++)
        {
            (int sample, int l) = Math.DivRem(i, patches.Count);
            hits[(sample * patches.Count) + l] = ranks[l].Ranks[sample] <= patches[l] ? (byte)1 : (byte)0;
        }

        return hits;
    }

    /// <summary>The hit rates of one draw.</summary>
    private static double[] Draw(byte[][] hits, int length, ulong seed, int draw)
    {
        CounterRandom networks = CounterRandom.ForName(seed, "hits.networks");
        var rates = new double[length];
        var sums = new int[length];
        for (int i = 0; i < hits.Length; i++)
        {
            int place = (draw * hits.Length) + i;
            byte[] network = hits[networks.Integer((ulong)place, hits.Length)];
            int count = network.Length / length;
            CounterRandom samples = CounterRandom.ForName(seed, $"hits.samples.{place}");
            Array.Clear(sums);
            for (int j = 0; j < count; j++)
            {
                Add(network.AsSpan(samples.Integer((ulong)j, count) * length, length), sums);
            }

            for (int l = 0; l < length; l++)
            {
                rates[l] += (double)sums[l] / count / hits.Length;
            }
        }

        return rates;
    }

    private static void Add(ReadOnlySpan<byte> hits, Span<int> sums)
    {
        for (int l = 0; l < sums.Length; l++)
        {
            sums[l] += hits[l];
        }
    }

    /// <summary>The index of the first rate that reaches 1 − α; their number if none does.</summary>
    private static int Reached(double[] rates, double alpha)
    {
        int index = Array.FindIndex(rates, rate => rate >= 1 - alpha - Rounding);
        return index < 0 ? rates.Length : index;
    }
}
