namespace PatchMoE.Reference;

/// <summary>
/// The conventional mixture of experts: the largest of the scores h_s = ⟨w_s, Σ_j x_j⟩ decides, s* (ties go to the lower index). Expert s* sees
/// all valid patches, y = softmax(h)_{s*} · mean; the outputs of the others are 0.
/// </summary>
internal sealed class SampleRouter(LayerSpec layer) : IRouter
{
    public Assignment Route(double[,]? w, double[,] x, int valid)
    {
        double[] scores = Scores(w!, SumOfPatches(x, valid));
        int best = Best(scores);
        double probability = Softmax.Forward(scores)[best];

        int[] all = [.. Enumerable.Range(0, valid)];
        int[] experts = [.. Enumerable.Range(0, layer.Experts)];
        return new Assignment(
            [.. experts.Select(s => s == best ? all : [])],
            [.. experts.Select(s => s == best ? all.Select(_ => probability).ToArray() : [])],
            [.. experts.Select(_ => (double)valid)],
            [.. scores.Select(score => new[] { score })]);
    }

    /// <summary>∂L/∂w_s = ∂L/∂h_s · Σ_j x_j and ∂L/∂x_j = Σ_s ∂L/∂h_s · w_s.</summary>
    public void Backward(double[,]? w, double[,] x, Assignment assignment, double[][] gateGradient, double[,]? wGradient, double[,] xGradient)
    {
        double[] scores = [.. assignment.Scores.Select(score => score[0])];
        int best = Best(scores);
        int valid = assignment.Chosen[best].Length;

        // The gate values of all patches of s* are the same number, its probability.
        var probabilityGradient = new double[layer.Experts];
        probabilityGradient[best] = gateGradient[best].Sum();
        double[] scoreGradient = Softmax.Backward(Softmax.Forward(scores), probabilityGradient);

        double[] sum = SumOfPatches(x, valid);
        for (int s = 0; s < layer.Experts; s++)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                wGradient![s, i] += scoreGradient[s] * sum[i];
                for (int j = 0; j < valid; j++)
                {
                    xGradient[j, i] += scoreGradient[s] * w![s, i];
                }
            }
        }
    }

    /// <summary>s*, the first of the largest scores [k].</summary>
    public static int Best(double[] scores)
    {
        int best = 0;
        for (int s = 1; s < scores.Length; s++)
        {
            if (scores[s] > scores[best])
            {
                best = s;
            }
        }

        return best;
    }

    /// <summary>Σ_j x_j [d] over the valid patches.</summary>
    private static double[] SumOfPatches(double[,] x, int valid)
    {
        var sum = new double[x.GetLength(1)];
        for (int j = 0; j < valid; j++)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                sum[i] += x[j, i];
            }
        }

        return sum;
    }

    /// <summary>h_s = ⟨w_s, sum⟩ [k].</summary>
    private double[] Scores(double[,] w, double[] sum)
    {
        var scores = new double[layer.Experts];
        for (int s = 0; s < scores.Length; s++)
        {
            for (int i = 0; i < sum.Length; i++)
            {
                scores[s] += w[s, i] * sum[i];
            }
        }

        return scores;
    }
}
