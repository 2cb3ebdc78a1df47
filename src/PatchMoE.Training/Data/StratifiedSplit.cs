using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>Holds out a share of the samples of each class, drawn by the seed.</summary>
internal static class StratifiedSplit
{
    /// <summary>The indices that are kept and those that are held out, both ascending.</summary>
    /// <param name="classes">[N], the class of each sample.</param>
    /// <param name="share">The share to hold out, 0 ≤ share &lt; 1. Of each class the nearest whole number is, but at least one sample is kept.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="stream">What the split is for.</param>
    /// <param name="least">The fewest samples to hold out of a class that has two or more.</param>
    public static (int[] Kept, int[] HeldOut) Of(IReadOnlyList<int> classes, double share, ulong seed, string stream, int least = 0)
    {
        var heldOut = new List<int>();
        foreach (IGrouping<int, int> same in Enumerable.Range(0, classes.Count).GroupBy(i => classes[i]))
        {
            int[] order = [.. same];
            CounterRandom.ForName(seed, $"{stream}.{same.Key}").Shuffle<int>(order);
            int count = Math.Min(Math.Max((int)Math.Round(order.Length * share, MidpointRounding.AwayFromZero), least), order.Length - 1);
            heldOut.AddRange(order.Take(count));
        }

        var isHeldOut = new bool[classes.Count];
        heldOut.ForEach(i => isHeldOut[i] = true);
        return ([.. Enumerable.Range(0, classes.Count).Where(i => !isHeldOut[i])], [.. heldOut.Order()]);
    }
}
