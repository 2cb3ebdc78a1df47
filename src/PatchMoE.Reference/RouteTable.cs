namespace PatchMoE.Reference;

/// <summary>Collects the assignments of layer 0 as dense arrays, one row per sample and group.</summary>
internal sealed class RouteTable(LayerSpec layer)
{
    private readonly List<int> _routes = [];
    private readonly List<double> _scores = [];
    private readonly List<double> _gates = [];

    /// <summary>The routes; null if layer 0 does not route.</summary>
    public int[]? Routes => layer.Routing == Routing.Dense ? null : [.. _routes];

    /// <summary>The score of each route.</summary>
    public double[]? Scores => layer.Routing == Routing.Dense ? null : [.. _scores];

    /// <summary>The gate value of each route.</summary>
    public double[]? Gates => layer.Routing == Routing.Dense ? null : [.. _gates];

    /// <summary>Adds the rows of the next sample's groups.</summary>
    public void Add(SamplePass pass)
    {
        foreach (LayerPass group in pass.Layers[0])
        {
            switch (layer.Routing)
            {
                case Routing.ExpertChoice:
                    AddPatches(group.Assignment);
                    break;
                case Routing.Sample:
                    AddExpert(group.Assignment);
                    break;
                case Routing.TokenChoice:
                    AddExperts(group);
                    break;
            }
        }
    }

    /// <summary>[k, l] patches.</summary>
    private void AddPatches(Assignment assignment)
    {
        for (int s = 0; s < layer.Experts; s++)
        {
            int[] chosen = assignment.Chosen[s];
            for (int p = 0; p < layer.PatchesPerExpert; p++)
            {
                bool taken = p < chosen.Length;
                Add(taken ? chosen[p] : -1, taken ? assignment.Scores[s][chosen[p]] : 0, taken ? assignment.Gates[s][p] : 0);
            }
        }
    }

    /// <summary>[1, 1], the expert that takes the sample, its score and its probability.</summary>
    private void AddExpert(Assignment assignment)
    {
        double[] scores = [.. assignment.Scores.Select(score => score[0])];
        int best = SampleRouter.Best(scores);
        Add(best, scores[best], Softmax.Forward(scores)[best]);
    }

    /// <summary>[n, t] experts; −1 where the pair was dropped, or the patch is not valid.</summary>
    private void AddExperts(LayerPass group)
    {
        Assignment assignment = group.Assignment;
        TokenChoices choices = assignment.Choices!;
        for (int j = 0; j < group.X.GetLength(0); j++)
        {
            for (int i = 0; i < layer.Choice!.ExpertsPerPatch; i++)
            {
                bool taken = j < choices.Experts.Length && choices.Taken[j][i];
                int e = taken ? choices.Experts[j][i] : -1;
                Add(e, taken ? assignment.Scores[e][j] : 0, taken ? assignment.Gates[e][Array.IndexOf(assignment.Chosen[e], j)] : 0);
            }
        }
    }

    private void Add(int route, double score, double gate)
    {
        _routes.Add(route);
        _scores.Add(score);
        _gates.Add(gate);
    }
}
