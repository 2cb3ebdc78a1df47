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
        Labels = [.. Enumerable.Range(0, samples).Select(b => model.Loss == PatchMoE.Loss.Logistic ? (b % 2 == 0 ? 1 : -1) : b % model.Head.Outputs)];

        // All counts from 0 to n in turn.
        LayerShape lowest = model.LayerShapes()[0];
        Lengths = ragged ? [.. Enumerable.Range(0, samples * lowest.Instances).Select(t => (t + 1) % (lowest.Patches + 1))] : null;
    }

    public ReferenceModel Model { get; }

    public Dictionary<string, double[]> Weights { get; }

    public double[] Input { get; }

    public int[] Labels { get; }

    public int[]? Lengths { get; }

    public ReferenceResult Run() => Model.Run(Weights, Input, Labels, Lengths);

    /// <summary>The mean loss, from the logits alone: by the textbook's formulas, which are exact enough for small logits.</summary>
    public double Loss()
    {
        double[] logits = Model.Run(Weights, Input, labels: null, Lengths).Logits;
        double[][] samples = [.. logits.Chunk(Model.Spec.Head.Outputs)];
        return samples.Select((f, b) => Model.Spec.Loss == PatchMoE.Loss.Logistic
            ? Math.Log(1 + Math.Exp(-Labels[b] * f[0]))
            : Math.Log(f.Sum(Math.Exp)) - f[Labels[b]]).Average();
    }

    /// <summary>All that is discrete in a pass: the chosen patches and the active neurons of every layer. Where it is constant, the loss is smooth.</summary>
    public string Pattern()
    {
        IEnumerable<LayerPass> passes = Model.Forward(Weights, Input, Lengths).SelectMany(pass => pass.Layers).SelectMany(layer => layer);
        return string.Join("|", passes.Select(pass =>
            string.Join(",", pass.Assignment.Chosen.SelectMany(chosen => chosen)) + ":" +
            string.Concat(pass.PreActivations.SelectMany(u => u.Cast<double>()).Select(u => u > 0 ? '1' : '0'))));
    }

    private static double[] Draw(string name, int length, ulong seed)
    {
        CounterRandom random = CounterRandom.ForName(seed, name);
        return [.. Enumerable.Range(0, length).Select(i => random.Normal((ulong)i))];
    }
}
