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
    /// The mean loss, by the textbook formulas, which are accurate enough for small logits; and everything discrete in the pass, the chosen patches and
    /// the active neurons of every layer: where that is constant, the loss is smooth.
    /// </summary>
    public (double Loss, string Pattern) Evaluate()
    {
        SamplePass[] passes = Model.Forward(Weights, Input, Lengths);
        double loss = passes.Select((pass, b) => Model.Spec.Loss == Loss.Logistic
            ? Math.Log(1 + Math.Exp(-Labels[b] * pass.Logits[0]))
            : Math.Log(pass.Logits.Sum(Math.Exp)) - pass.Logits[Labels[b]]).Average();
        return (loss, string.Join('|', passes.SelectMany(pass => pass.Layers).SelectMany(layer => layer).Select(Pattern)));
    }

    private static string Pattern(LayerPass pass) =>
        string.Join(',', pass.Assignment.Chosen.SelectMany(chosen => chosen)) + ":" +
        string.Concat(pass.PreActivations.SelectMany(u => u.Cast<double>()).Select(u => u > 0 ? '1' : '0'));

    private static double[] Draw(string name, int length, ulong seed)
    {
        CounterRandom random = CounterRandom.ForName(seed, name);
        return [.. Enumerable.Range(0, length).Select(i => random.Normal((ulong)i))];
    }
}
