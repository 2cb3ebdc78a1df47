namespace PatchMoE.Cli.Bags;

/// <summary>The area under the ROC curve.</summary>
internal static class AreaUnderCurve
{
    /// <summary>
    /// The probability that a positive sample scores higher than a negative one, equal scores counting half: U/(P·N) with the statistic U of Mann and Whitney,
    /// from the sum of the positive samples' ranks. NaN if there are not both kinds, or if a score is NaN.
    /// </summary>
    /// <param name="scores">[N].</param>
    /// <param name="isPositive">[N].</param>
    public static double Of(IReadOnlyList<float> scores, IReadOnlyList<bool> isPositive)
    {
        int[] order = [.. Enumerable.Range(0, scores.Count).OrderBy(i => scores[i])];
        double ranks = 0;
        for (int start = 0, end; start < order.Length; start = end)
        {
            for (end = start + 1; end < order.Length && scores[order[end]] == scores[order[start]]; end++)
            {
            }

            // Equal scores share the mean of their ranks start + 1 … end.
            ranks += (start + 1 + end) / 2.0 * order[start..end].Count(i => isPositive[i]);
        }

        double positive = isPositive.Count(one => one);
        double u = ranks - (positive * (positive + 1) / 2);
        return scores.Any(float.IsNaN) ? double.NaN : u / (positive * (scores.Count - positive));
    }
}
