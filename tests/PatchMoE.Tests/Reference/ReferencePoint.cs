using PatchMoE.Reference;

namespace PatchMoE.Tests;

/// <summary>A model with random weights and a random batch.</summary>
internal sealed class ReferencePoint
{
    public ReferencePoint(ModelSpec model, int samples, ulong seed, bool ragged = false)
    {
        Model = new ReferenceModel(model);
        Weights = model.Parameters().ToDictionary(parameter => parameter.Name, parameter => Draw(parameter.Name, parameter.Length, seed));
        Input = Draw("input", samples * model.InputLength(), seed);
        Labels = [.. Enumerable.Range(0, samples).Select(b => model.Loss == Loss.Logistic ? (b % 2 == 0 ? 1 : -1) : b % model.Head.Outputs)];

        // n, 0, 1, 2, … in turn: all, none, fewer than an expert takes.
        LayerShape lowest = model.LayerShapes()[0];
        Lengths = ragged ? [.. Enumerable.Range(0, samples * lowest.Instances).Select(t => (t + lowest.Patches) % (lowest.Patches + 1))] : null;
    }

    public ReferenceModel Model { get; }

    public Dictionary<string, double[]> Weights { get; }

    public double[] Input { get; }

    public int[] Labels { get; }

    public int[]? Lengths { get; }

    public ReferenceResult Run() => Model.Run(Weights, Input, Labels, Lengths);

    /// <summary>
    /// The loss, by the textbook formulas, which are accurate enough for small logits; and everything discrete in the pass, what was chosen and which neurons are active
    /// in every layer: where that is constant, the loss is smooth.
    /// </summary>
    public (double Loss, string Pattern) Evaluate()
    {
        SamplePass[] passes = Model.Forward(Weights, Input, Lengths);
        double loss = passes.Select((pass, b) => Model.Spec.Loss == Loss.Logistic
            ? Math.Log(1 + Math.Exp(-Labels[b] * pass.Logits[0]))
            : Math.Log(pass.Logits.Sum(Math.Exp)) - pass.Logits[Labels[b]]).Average();
        loss += Model.Spec.Layers.Select((layer, i) => Auxiliary(layer, [.. passes.SelectMany(pass => pass.Layers[i])])).Sum();
        return (loss, string.Join('|', passes.SelectMany(pass => pass.Layers).SelectMany(layer => layer).Select(Pattern)));
    }

    /// <summary>The auxiliary losses of a layer, from the scores and choices of all its instances.</summary>
    private static double Auxiliary(LayerSpec layer, LayerPass[] passes)
    {
        double[][] scores = [.. passes.SelectMany(pass => Enumerable.Range(0, pass.Assignment.Choices?.Experts.Length ?? 0).Select(j => pass.Assignment.Scores.Select(row => row[j]).ToArray()))];
        if (layer.Choice is not { HasAuxiliaryLoss: true } choice || scores.Length == 0)
        {
            return 0;
        }

        (int k, int n) = (layer.Experts, scores.Length);
        double[][] softmax = [.. scores.Select(row => row.Select(s => Math.Exp(s) / row.Sum(Math.Exp)).ToArray())];
        double[] sums = [.. Enumerable.Range(0, k).Select(e => softmax.Sum(row => row[e]))];
        int[] picks = [.. passes.SelectMany(pass => pass.Assignment.Choices!.Experts).SelectMany(experts => experts)];
        double balance = choice.Balance?.Kind switch
        {
            BalanceKind.Switch => k * sums.Select((sum, e) => sum / n * picks.Count(pick => pick == e) / picks.Length).Sum(),
            BalanceKind.Importance => (sums.Average(sum => sum * sum) / Math.Pow(sums.Average(), 2)) - 1,
            _ => 0,
        };
        return ((choice.Balance?.Weight ?? 0) * balance) + (choice.ZLoss * scores.Average(row => Math.Pow(Math.Log(row.Sum(Math.Exp)), 2)));
    }

    private static string Pattern(LayerPass pass) =>
        string.Join(',', pass.Assignment.Chosen.SelectMany(chosen => chosen)) + ":" +
        string.Join(',', pass.Assignment.Choices?.Experts.SelectMany(experts => experts) ?? []) + ":" +
        string.Concat(pass.PreActivations.SelectMany(u => u.Cast<double>()).Select(u => u > 0 ? '1' : '0'));

    private static double[] Draw(string name, int length, ulong seed)
    {
        CounterRandom random = CounterRandom.ForName(seed, name);
        return [.. Enumerable.Range(0, length).Select(i => random.Normal((ulong)i))];
    }
}
