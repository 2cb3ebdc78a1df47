namespace PatchMoE.Reference;

/// <summary>The choice of the largest scores.</summary>
internal static class Ranking
{
    /// <summary>The indices of the <paramref name="count"/> largest scores, best first, ties in the order of indices; all if there are no more.</summary>
    public static int[] Best(double[] scores, int count)
    {
        var chosen = new List<int>();
        while (chosen.Count < Math.Min(count, scores.Length))
        {
            int best = -1;
            for (int j = 0; j < scores.Length; j++)
            {
                if (!chosen.Contains(j) && (best < 0 || scores[j] > scores[best]))
                {
                    best = j;
                }
            }

            chosen.Add(best);
        }

        return [.. chosen];
    }
}
