namespace PatchMoE.Reference;

/// <summary>
/// The paper's routing: expert s takes the l valid patches with the largest scores g_{j,s} = ⟨w_s, x_j⟩, ties going to the lower index;
/// all of them if no more than l are valid.
/// </summary>
internal sealed class ExpertChoiceRouter(LayerSpec layer, int patches) : IRouter
{
    public Assignment Route(double[,]? w, double[,] x, int valid)
    {
        double[][] scores = RouterScores.Of(w!, x, valid);
        int[][] chosen = [.. scores.Select(ofExpert => Ranking.Best(ofExpert, layer.PatchesPerExpert))];
        double[][] gates = [.. scores.Select((ofExpert, s) => Gates.Forward(layer.Gate, ofExpert, chosen[s]))];
        double[] divisor = [.. chosen.Select(ofExpert => Divisors.Of(layer.Pooling, ofExpert.Length, patches))];
        return new Assignment(chosen, gates, divisor, scores);
    }

    public void Backward(double[,]? w, double[,] x, Assignment assignment, double[][] gateGradient, double[,]? wGradient, double[,] xGradient)
    {
        double[][] scoreGradient =
        [
            .. gateGradient.Select((gradient, s) => Gates.Backward(layer.Gate, assignment.Scores[s], assignment.Chosen[s], gradient)),
        ];
        RouterScores.Backward(w!, x, scoreGradient, wGradient!, xGradient);
    }
}
