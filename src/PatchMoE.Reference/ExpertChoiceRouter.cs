namespace PatchMoE.Reference;

/// <summary>
/// The paper's routing: expert s takes the l valid patches with the largest scores g_{j,s} = ⟨w_s, x_j⟩, ties going to the lower index;
/// all of them if no more than l are valid.
/// </summary>
internal sealed class ExpertChoiceRouter(LayerSpec layer, int patches) : IRouter
{
    public Assignment Route(double[,]? w, double[,] x, int valid)
    {
        int experts = layer.Experts;
        var scores = new double[experts][];
        var chosen = new int[experts][];
        var gates = new double[experts][];
        var divisor = new double[experts];
        for (int s = 0; s < experts; s++)
        {
            scores[s] = Scores(w!, s, x, valid);
            chosen[s] = TopPatches(scores[s], layer.PatchesPerExpert);
            gates[s] = Gates.Forward(layer.Gate, scores[s], chosen[s]);
            divisor[s] = Divisor(chosen[s].Length);
        }

        return new Assignment(chosen, gates, divisor, scores);
    }

    /// <summary>∂L/∂w_s = Σ_j ∂L/∂g_{j,s} · x_j and ∂L/∂x_j = Σ_s ∂L/∂g_{j,s} · w_s.</summary>
    public void Backward(double[,]? w, double[,] x, Assignment assignment, double[][] gateGradient, double[,]? wGradient, double[,] xGradient)
    {
        for (int s = 0; s < layer.Experts; s++)
        {
            double[] scoreGradient = Gates.Backward(layer.Gate, assignment.Scores[s], assignment.Chosen[s], gateGradient[s]);
            for (int j = 0; j < scoreGradient.Length; j++)
            {
                for (int i = 0; i < x.GetLength(1); i++)
                {
                    wGradient![s, i] += scoreGradient[j] * x[j, i];
                    xGradient[j, i] += scoreGradient[j] * w![s, i];
                }
            }
        }
    }

    /// <summary>g_j = ⟨w_s, x_j⟩ for the valid patches.</summary>
    private static double[] Scores(double[,] w, int s, double[,] x, int valid)
    {
        var scores = new double[valid];
        for (int j = 0; j < valid; j++)
        {
            for (int i = 0; i < x.GetLength(1); i++)
            {
                scores[j] += w[s, i] * x[j, i];
            }
        }

        return scores;
    }

    /// <summary>The indices of the largest scores, best first.</summary>
    private static int[] TopPatches(double[] scores, int count)
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

    private double Divisor(int taken) => layer.Pooling switch
    {
        Pooling.Selected => taken,
        Pooling.All => patches,
        Pooling.Sum => 1,
        _ => throw new InvalidOperationException($"Unknown pooling {layer.Pooling}."),
    };
}
