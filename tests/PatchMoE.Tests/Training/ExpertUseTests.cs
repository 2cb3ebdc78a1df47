using PatchMoE.Compiler;

namespace PatchMoE.Tests;

/// <summary>The use of the experts, checked against a model's own routes and gate values.</summary>
public sealed class ExpertUseTests
{
    [Test]
    public void Shares_AreThoseOfTheModelsRoutesAndGates([Values] Gate gate, [Values] bool image, [Values] bool ragged)
    {
        const int samples = 20;
        (int k, int l, int n) = (3, 2, 6);
        InputSpec input = image ? new ImageInputSpec(8, 11, 2, 4, 3, 4, 4) : new VectorsInputSpec(n, 9);
        PatchMoESpec spec = new("use", new ModelSpec(
            input, EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, k, 4, l, gate)), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy));
        (IPatchMoEModel model, Dataset data) = Draw(spec, samples, ragged);

        (ExpertUse use, ExpertOverlap overlap) = new ExpertUseMeter(new CpuEngine(model, 1)).Measure(data, model.Parameters);

        var routes = new int[samples * k * l];
        var gates = new float[routes.Length];
        using Workspace workspace = model.CreateWorkspace();
        model.Route(data.Inputs, routes, [], gates, workspace, data.Lengths);
        double Sum(int s, Func<int, double> value) => Enumerable.Range(0, routes.Length).Where(i => i / l % k == s && routes[i] >= 0).Sum(value);
        double[] taken = [.. Enumerable.Range(0, k).Select(s => Sum(s, _ => 1))];
        double[] gated = [.. Enumerable.Range(0, k).Select(s => Sum(s, i => gates[i]))];
        double[] shares = [.. gated.Select(value => value / gated.Sum())];
        int valid = ragged ? data.Lengths.ToArray().Sum() : samples * n;
        int covered = Enumerable.Range(0, samples).Sum(b => routes.Skip(b * k * l).Take(k * l).Where(route => route >= 0).Distinct().Count());
        int[][] sets(int s) => [.. Enumerable.Range(0, samples).Select(b => routes.Skip((b * k * l) + (s * l)).Take(l).Where(route => route >= 0).ToArray())];
        double common = sets(0).Zip(sets(1), (a, b) => a.Intersect(b).Count()).Sum() / Math.Max(taken[0], taken[1]);

        Assert.That(use.Patches, Is.EqualTo(taken.Select(value => value / taken.Sum())).Within(1e-6));
        Assert.That(use.Gate, Is.EqualTo(shares).Within(2e-6));
        Assert.That(use.Entropy, Is.EqualTo(shares.Sum(share => share * Math.Log(1 / share)) / Math.Log(k)).Within(1e-5));
        Assert.That(use.Covered, Is.EqualTo((double)covered / valid).Within(1e-6));
        Assert.That(overlap.Between(0, 1), Is.EqualTo(common).Within(1e-9));
    }

    [Test]
    public void TokenChoice_CountsThePairsTaken([Values] Gate gate, [Values] bool ragged)
    {
        const int samples = 20;
        (int k, int t, int n) = (4, 2, 6);
        var choice = new TokenChoiceSpec(t) { CapacityFactor = 0.7 };
        PatchMoESpec spec = new("use", new ModelSpec(
            new VectorsInputSpec(n, 9), [new LayerSpec(Routing.TokenChoice, k, 4, Gate: gate) { Choice = choice }], new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy));
        (IPatchMoEModel model, Dataset data) = Draw(spec, samples, ragged);

        (ExpertUse use, ExpertOverlap overlap) = new ExpertUseMeter(new CpuEngine(model, 1)).Measure(data, model.Parameters);

        var routes = new int[samples * n * t];
        var gates = new float[routes.Length];
        using Workspace workspace = model.CreateWorkspace();
        model.Route(data.Inputs, routes, [], gates, workspace, data.Lengths);
        double[] taken = [.. Enumerable.Range(0, k).Select(s => (double)routes.Count(route => route == s))];
        double[] gated = [.. Enumerable.Range(0, k).Select(s => routes.Zip(gates).Where(one => one.First == s).Sum(one => (double)one.Second))];
        int valid = ragged ? data.Lengths.ToArray().Sum() : samples * n;
        int[][] byPatch = [.. routes.Chunk(t)];

        Assert.That(use.Patches, Is.EqualTo(taken.Select(value => value / taken.Sum())).Within(1e-6));
        Assert.That(use.Gate, Is.EqualTo(gated.Select(value => value / gated.Sum())).Within(2e-6));
        Assert.That(use.Covered, Is.EqualTo(byPatch.Count(patch => patch.Any(route => route >= 0)) / (double)valid).Within(1e-6));
        Assert.That(use.Dropped, Is.EqualTo(1 - (taken.Sum() / (valid * t))).Within(1e-6).And.GreaterThan(0));
        Assert.That(overlap.Between(0, 1), Is.EqualTo(byPatch.Count(patch => patch.Contains(0) && patch.Contains(1)) / Math.Max(taken[0], taken[1])).Within(1e-9));
    }

    [Test]
    public void SampleRouting_CountsSamples()
    {
        const int samples = 30;
        PatchMoESpec spec = new("use", new ModelSpec(
            new VectorsInputSpec(4, 9), EquatableArray.Of(new LayerSpec(Routing.Sample, 3, 4)), new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy));
        (IPatchMoEModel model, Dataset data) = Draw(spec, samples, ragged: false);
        (ExpertUse use, _) = new ExpertUseMeter(new CpuEngine(model, 1)).Measure(data, model.Parameters);

        var routes = new int[samples];
        var gates = new float[samples];
        using Workspace workspace = model.CreateWorkspace();
        model.Route(data.Inputs, routes, [], gates, workspace);
        Assert.That(use.Patches, Is.EqualTo(Enumerable.Range(0, 3).Select(s => routes.Count(route => route == s) / (double)samples)).Within(1e-6));
        Assert.That(use.Gate, Is.EqualTo(Enumerable.Range(0, 3).Select(s => routes.Zip(gates).Where(one => one.First == s).Sum(one => one.Second) / gates.Sum())).Within(2e-6));
    }

    [Test]
    public void Metrics_WithExperts_ReadBack_AndOldOnesStillRead()
    {
        var metrics = new EpochMetrics(TrainingPhase.All, 1, 0.1, 0.5, null, null, null, 10)
        {
            ValidationLoss = 0.25, ValidationAccuracy = 0.5, Experts = new ExpertUse(EquatableArray.Of(0.25, 0.75), EquatableArray.Of(0.5, 0.5), 1, 0.125),
        };
        Assert.That(EpochMetrics.FromJson(metrics.ToJson()), Is.EqualTo(metrics));
        Assert.That(metrics.ToJson(), Does.Contain("\"experts\":{\"patches\":[0.25,0.75],\"gate\":[0.5,0.5],\"entropy\":1,\"covered\":0.125}"));
        Assert.That(
            EpochMetrics.FromJson("""{"phase":"all","epoch":1,"learningRate":0.1,"trainLoss":0.5,"samplesPerSecond":10}"""),
            Is.EqualTo(new EpochMetrics(TrainingPhase.All, 1, 0.1, 0.5, null, null, null, 10)));
    }

    private static (IPatchMoEModel Model, Dataset Data) Draw(PatchMoESpec spec, int samples, bool ragged)
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());
        WeightInitializer.Initialize(spec, 5, model.Parameters);
        var random = new Random(1);
        float[] inputs = [.. Enumerable.Range(0, samples * model.InputLength).Select(_ => (float)(random.NextDouble() - 0.3))];
        int[] lengths = [.. Enumerable.Range(0, samples).Select(i => 1 + (i % 6))];
        return (model, new Dataset(spec.Model.InputShape(), inputs, new int[samples], ragged ? lengths : null));
    }
}
