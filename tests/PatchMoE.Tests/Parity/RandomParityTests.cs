using PatchMoE.Reference;

namespace PatchMoE.Tests.Parity;

/// <summary>The emitted CPU model against the reference on random networks; the test's number is the seed that makes its network and batch.</summary>
[Category("Long")]
[Parallelizable(ParallelScope.Children)]
public class RandomParityTests
{
    [Test]
    public void CpuAgreesWithReference([Range(1, 320)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        SpecResult read = SpecReader.Read(SpecWriter.ModelToJson(spec), string.Empty);
        Assert.That(read.Spec, Is.EqualTo(spec), string.Join("\n", read.Diagnostics));

        Check(Compiled.Of(spec), spec, seed, samples: null);
    }

    [Test]
    public void CpuAgreesWithReference_OnTokenChoice([Range(1, 200)] int seed)
    {
        PatchMoESpec spec = new RandomSpecs(seed, RandomSpecs.Parts.TokenChoice).Draw();
        TestContext.Out.WriteLine(SpecWriter.ModelToJson(spec));
        IPatchMoEModel model = Compiled.Of(spec);
        Assert.That(model.Spec, Is.EqualTo(spec with { Name = model.Spec.Name }));

        Check(model, spec, seed, samples: seed % 10 == 0 ? 70 : null);
    }

    private static IEnumerable<string> Sizes => SizeSpecs.All.Keys;

    [TestCaseSource(nameof(Sizes))]
    public void CpuAgreesWithReference_WhereSizesChooseOtherKernels(string name)
    {
        PatchMoESpec spec = SizeSpecs.All[name];
        IPatchMoEModel model = Compiled.Of(spec);
        foreach ((int seed, int? samples) in new (int, int?)[] { (1, null), (2, null), (3, 35), (4, null), (5, null) })
        {
            Check(model, spec, seed, samples);
        }
    }

    [TestCaseSource(nameof(Sizes))]
    public void EqualBits_ForAnyNumberOfThreads_WhereSizesChooseOtherKernels(string name)
    {
        PatchMoESpec spec = SizeSpecs.All[name];
        IPatchMoEModel model = Compiled.Of(spec);
        (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed: 3, samples: 35);
        batch.Parameters.CopyTo(model.Parameters);
        (float[] Logits, float[] Gradients) run(int threads)
        {
            using Workspace workspace = model.CreateSharing(threads);
            var logits = new float[batch.Labels.Length * model.Outputs];
            var gradients = new float[model.Parameters.Length];
            gradients.AsSpan().Fill(float.NaN);
            model.LossAndGradients(batch.Input, batch.Labels, logits, gradients, workspace, default, batch.Lengths);
            return (logits, gradients);
        }

        (float[] logits, float[] gradients) = run(1);
        foreach (int threads in new[] { 2, 3, 4, 7 })
        {
            (float[] Logits, float[] Gradients) other = run(threads);
            Assert.That(other.Logits, Is.EqualTo(logits), $"{threads} threads");
            Assert.That(other.Gradients, Is.EqualTo(gradients), $"{threads} threads");
        }
    }

    [TestCase("scores in a panel, parts of whose experts workers compute")]
    [TestCase("scores in two panels, the second with empty lanes, patches asked for")]
    public void EqualBits_OfWideAndNarrowTiles_WhereSizesChooseOtherKernels(string name) => TileWidths.Check(SizeSpecs.All[name], seed: 4, samples: 5);

    internal static void Check(IPatchMoEModel model, PatchMoESpec spec, int seed, int? samples)
    {
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed, samples);
        batch.Parameters.CopyTo(model.Parameters);
        using Workspace workspace = model.CreateSharing(threads: 1 + (seed % 3));

        CheckRoutes(model, batch, expected, workspace);
        CheckGradients(model, batch, expected, workspace);
    }

    private static void CheckRoutes(IPatchMoEModel model, RandomBatch batch, ReferenceResult expected, Workspace workspace)
    {
        if (expected.Routes is null)
        {
            Assert.That(model.RouteShape, Is.Empty);
            return;
        }

        var routes = new int[expected.Routes.Length];
        var scores = new float[routes.Length];
        var gates = new float[routes.Length];
        model.Route(batch.Input, routes, scores, gates, workspace, batch.Lengths);
        Assert.That(routes, Is.EqualTo(expected.Routes), "routes");
        Agreement.Check("scores", scores, expected.RouteScores!);
        Agreement.Check("gates", gates, expected.RouteGates!);
    }

    private static void CheckGradients(IPatchMoEModel model, RandomBatch batch, ReferenceResult expected, Workspace workspace)
    {
        var logits = new float[batch.Labels.Length * model.Outputs];
        var gradients = new float[model.Parameters.Length];
        var inputGradient = new float[batch.Input.Length];
        gradients.AsSpan().Fill(float.NaN);
        inputGradient.AsSpan().Fill(float.NaN);
        double loss = model.LossAndGradients(batch.Input, batch.Labels, logits, gradients, workspace, inputGradient, batch.Lengths);
        Assert.That(Math.Abs(loss - expected.Loss!.Value) <= 1e-4 * Math.Abs(expected.Loss.Value) + 1e-7, $"loss {loss}, expected {expected.Loss}");
        Agreement.Check("logits", logits, expected.Logits);
        Agreement.Check("input", inputGradient, expected.Gradients["input"]);
        foreach (ParameterSpec parameter in model.ParameterSpecs)
        {
            ReadOnlySpan<float> gradient = gradients.AsSpan(parameter.Offset, parameter.Length);
            Agreement.Check(parameter.Name, gradient, parameter.HasGradient ? expected.Gradients[parameter.Name] : new double[parameter.Length]);
        }

        var forward = new float[logits.Length];
        model.Forward(batch.Input, forward, workspace, batch.Lengths);
        Assert.That(forward, Is.EqualTo(logits), "Forward alone gives other logits");
    }
}
