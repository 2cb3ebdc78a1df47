namespace PatchMoE.Reference;

/// <summary>
/// Each valid patch picks the t experts with the largest scores s_{j,e} = ⟨w_e, x_j⟩, ties going to the lower expert; an expert that is full drops the pair
/// (Shazeer et al., 2017; Switch, Fedus et al., 2022; V-MoE, Riquelme et al., 2021). The gate is one over experts: softmaxSelected runs over the t chosen ones,
/// dropped pairs among them, and softmaxAll over all k.
/// </summary>
internal sealed class TokenChoiceRouter(LayerSpec layer, int patches) : IRouter
{
    private readonly TokenChoiceSpec _choice = layer.Choice!;

    public Assignment Route(double[,]? w, double[,] x, int valid)
    {
        double[][] scores = RouterScores.Of(w!, x, valid);
        double[][] byPatch = [.. Enumerable.Range(0, valid).Select(j => OfPatch(scores, j))];
        int[][] experts = [.. byPatch.Select(row => Ranking.Best(row, _choice.ExpertsPerPatch))];
        TokenChoices choices = TokenChoices.Admit(_choice, experts, [.. byPatch.Select(Softmax.Forward)]);

        List<int>[] chosen = [.. scores.Select(_ => new List<int>())];
        List<double>[] gates = [.. scores.Select(_ => new List<double>())];
        for (int j = 0; j < valid; j++)
        {
            double[] ofPatch = Gates.Forward(layer.Gate, byPatch[j], experts[j]);
            for (int i = 0; i < ofPatch.Length; i++)
            {
                if (choices.Taken[j][i])
                {
                    chosen[experts[j][i]].Add(j);
                    gates[experts[j][i]].Add(ofPatch[i]);
                }
            }
        }

        double[] divisor = [.. chosen.Select(list => Divisors.Of(layer.Pooling, list.Count, patches))];
        return new Assignment([.. chosen.Select(list => list.ToArray())], [.. gates.Select(list => list.ToArray())], divisor, scores) { Choices = choices };
    }

    /// <summary>A dropped pair's gate value has no influence: ∂L/∂G = 0. Its score has, through the softmax.</summary>
    public void Backward(double[,]? w, double[,] x, Assignment assignment, double[][] gateGradient, double[,]? wGradient, double[,] xGradient)
    {
        TokenChoices choices = assignment.Choices!;
        double[][] scoreGradient = [.. assignment.Scores.Select(row => new double[row.Length])];
        for (int j = 0; j < choices.Experts.Length; j++)
        {
            double[] ofPatch = [.. choices.Experts[j].Select((e, i) => choices.Taken[j][i] ? gateGradient[e][Array.IndexOf(assignment.Chosen[e], j)] : 0)];
            double[] gradient = Gates.Backward(layer.Gate, OfPatch(assignment.Scores, j), choices.Experts[j], ofPatch);
            for (int e = 0; e < gradient.Length; e++)
            {
                scoreGradient[e][j] = gradient[e];
            }
        }

        RouterScores.Backward(w!, x, scoreGradient, wGradient!, xGradient);
    }

    /// <summary>s_{j,e} of all experts e.</summary>
    public static double[] OfPatch(double[][] scores, int j) => [.. scores.Select(row => row[j])];
}
