namespace PatchMoE.Reference;

/// <summary>p_i = exp(g_i) / Σ_q exp(g_q).</summary>
internal static class Softmax
{
    /// <summary>The probabilities of <paramref name="scores"/> [N]; the largest score is subtracted first, so that nothing overflows.</summary>
    public static double[] Forward(double[] scores)
    {
        if (scores.Length == 0)
        {
            return [];
        }

        double largest = scores.Max();
        double[] exponentials = [.. scores.Select(score => Math.Exp(score - largest))];
        double sum = exponentials.Sum();
        return [.. exponentials.Select(value => value / sum)];
    }

    /// <summary>log Σ_q exp(g_q), with the largest score apart, so that nothing overflows.</summary>
    /// <param name="scores">g [N], N ≥ 1.</param>
    public static double LogSum(double[] scores)
    {
        double largest = scores.Max();
        return largest + Math.Log(scores.Sum(score => Math.Exp(score - largest)));
    }

    /// <summary>∂L/∂g_i = p_i · (∂L/∂p_i − Σ_q p_q · ∂L/∂p_q).</summary>
    /// <param name="probabilities">p [N].</param>
    /// <param name="gradient">∂L/∂p [N].</param>
    public static double[] Backward(double[] probabilities, double[] gradient)
    {
        double mean = 0;
        for (int q = 0; q < probabilities.Length; q++)
        {
            mean += probabilities[q] * gradient[q];
        }

        var result = new double[probabilities.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = probabilities[i] * (gradient[i] - mean);
        }

        return result;
    }
}
