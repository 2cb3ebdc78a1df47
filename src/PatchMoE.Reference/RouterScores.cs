namespace PatchMoE.Reference;

/// <summary>The scores of patches and experts, g_{j,s} = ⟨w_s, x_j⟩.</summary>
internal static class RouterScores
{
    /// <summary>g [k][valid], of the valid patches.</summary>
    /// <param name="w">Router vectors [k, d].</param>
    /// <param name="x">Patches [n, d].</param>
    /// <param name="valid">The number of valid patches, 0…n.</param>
    public static double[][] Of(double[,] w, double[,] x, int valid)
    {
        var scores = new double[w.GetLength(0)][];
        for (int s = 0; s < scores.Length; s++)
        {
            scores[s] = new double[valid];
            for (int j = 0; j < valid; j++)
            {
                for (int i = 0; i < x.GetLength(1); i++)
                {
                    scores[s][j] += w[s, i] * x[j, i];
                }
            }
        }

        return scores;
    }

    /// <summary>∂L/∂w_s = Σ_j ∂L/∂g_{j,s} · x_j and ∂L/∂x_j = Σ_s ∂L/∂g_{j,s} · w_s.</summary>
    /// <param name="w">Router vectors [k, d].</param>
    /// <param name="x">Patches [n, d].</param>
    /// <param name="scoreGradient">∂L/∂g [k][valid].</param>
    /// <param name="wGradient">∂L/∂w [k, d], added to.</param>
    /// <param name="xGradient">∂L/∂x [n, d], added to.</param>
    public static void Backward(double[,] w, double[,] x, double[][] scoreGradient, double[,] wGradient, double[,] xGradient)
    {
        for (int s = 0; s < scoreGradient.Length; s++)
        {
            for (int j = 0; j < scoreGradient[s].Length; j++)
            {
                for (int i = 0; i < x.GetLength(1); i++)
                {
                    wGradient[s, i] += scoreGradient[s][j] * x[j, i];
                    xGradient[j, i] += scoreGradient[s][j] * w[s, i];
                }
            }
        }
    }
}
