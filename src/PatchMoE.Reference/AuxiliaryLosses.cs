namespace PatchMoE.Reference;

/// <summary>
/// The losses that token choice adds to the task's, over all valid patches of a batch; N is their number, p_j the softmax of patch j's scores over all k experts.
/// </summary>
internal sealed class AuxiliaryLosses
{
    private readonly Dictionary<(int Layer, int Sample), double[][][]> _scoreGradients = [];

    /// <summary>Computes the losses of all layers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="passes">The forward passes of the batch.</param>
    public AuxiliaryLosses(ModelSpec model, SamplePass[] passes)
    {
        for (int layer = 0; layer < model.Layers.Count; layer++)
        {
            if (model.Layers[layer].Choice is { HasAuxiliaryLoss: true } choice)
            {
                Add(choice, layer, passes);
            }
        }
    }

    /// <summary>Their sum over the layers.</summary>
    public double Total { get; private set; }

    /// <summary>Its gradient with respect to the scores of one layer and sample: [group][e][j]; null if the layer adds no loss.</summary>
    public double[][][]? ScoreGradient(int layer, int sample) => _scoreGradients.GetValueOrDefault((layer, sample));

    private void Add(TokenChoiceSpec choice, int layer, SamplePass[] passes)
    {
        Assignment[] assignments = [.. passes.SelectMany(pass => pass.Layers[layer]).Select(group => group.Assignment)];
        int count = assignments.Sum(assignment => assignment.Choices!.Experts.Length);
        if (count == 0)
        {
            return;
        }

        (double balance, double[] slopes) = Balance(choice, assignments, count);
        Total += balance + (choice.ZLoss * assignments.Sum(SquaredLogSums) / count);
        for (int b = 0; b < passes.Length; b++)
        {
            _scoreGradients[(layer, b)] = [.. passes[b].Layers[layer].Select(group => GroupGradient(choice, group.Assignment, slopes, count))];
        }
    }

    /// <summary>
    /// switch: a·k·Σ_e f_e·P_e, where f_e is the share of all choices that are e, dropped ones too, and P_e the mean of p_{j,e}; f_e is a constant.
    /// importance: a·(std/mean)² of I_e = Σ_j p_{j,e} over the experts, with the population's deviation; the mean is N/k whatever the scores are.
    /// </summary>
    /// <returns>The loss, and ∂/∂p_{j,e} [e], the same for every patch j.</returns>
    private static (double Loss, double[] Slopes) Balance(TokenChoiceSpec choice, Assignment[] assignments, int count)
    {
        int experts = assignments[0].Scores.Length;
        if (choice.Balance is not { } balance)
        {
            return (0, new double[experts]);
        }

        var choices = new double[experts];
        var importance = new double[experts];
        foreach (Assignment assignment in assignments)
        {
            for (int j = 0; j < assignment.Choices!.Experts.Length; j++)
            {
                double[] p = Softmax.Forward(TokenChoiceRouter.OfPatch(assignment.Scores, j));
                for (int e = 0; e < experts; e++)
                {
                    importance[e] += p[e];
                    choices[e] += assignment.Choices.Experts[j].Contains(e) ? 1 : 0;
                }
            }
        }

        switch (balance.Kind)
        {
            case BalanceKind.Switch:
                double[] slopes = [.. choices.Select(chosen => balance.Weight * experts * chosen / (count * choice.ExpertsPerPatch) / count)];
                return (slopes.Zip(importance, (slope, sum) => slope * sum).Sum(), slopes);
            case BalanceKind.Importance:
                double mean = (double)count / experts;
                double variance = importance.Sum(sum => (sum - mean) * (sum - mean)) / experts;
                return (balance.Weight * variance / (mean * mean), [.. importance.Select(sum => balance.Weight * 2 * (sum - mean) / experts / (mean * mean))]);
            default:
                throw new ArgumentException($"Unknown balance loss {balance.Kind}.", nameof(choice));
        }
    }

    /// <summary>Σ_j z_j² of one group, with z_j = log Σ_e exp(s_{j,e}); the z loss is a·(1/N) Σ_j z_j² over the batch.</summary>
    private static double SquaredLogSums(Assignment assignment) => Enumerable.Range(0, assignment.Choices!.Experts.Length)
        .Select(j => Softmax.LogSum(TokenChoiceRouter.OfPatch(assignment.Scores, j)))
        .Sum(z => z * z);

    /// <summary>∂/∂s_{j,e} [e][j] of one group: the balance loss's, through the softmax, and the z loss's, 2·a·z_j·p_{j,e}/N.</summary>
    private static double[][] GroupGradient(TokenChoiceSpec choice, Assignment assignment, double[] slopes, int count)
    {
        double[][] gradient = [.. assignment.Scores.Select(row => new double[row.Length])];
        for (int j = 0; j < assignment.Choices!.Experts.Length; j++)
        {
            double[] scores = TokenChoiceRouter.OfPatch(assignment.Scores, j);
            double[] p = Softmax.Forward(scores);
            double[] balance = Softmax.Backward(p, slopes);
            double z = Softmax.LogSum(scores);
            for (int e = 0; e < p.Length; e++)
            {
                gradient[e][j] = balance[e] + (2 * choice.ZLoss * z * p[e] / count);
            }
        }

        return gradient;
    }
}
