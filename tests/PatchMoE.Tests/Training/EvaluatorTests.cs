namespace PatchMoE.Tests;

public sealed class EvaluatorTests
{
    [Test]
    public void BatchSize_DoesNotChangeTheResult([Values(1, 7, 40, 256)] int batch)
    {
        (LoopModel model, Dataset test) = Make();
        EvaluationResult result = new Evaluator(new CpuEngine(model, 1), batch).Evaluate(test);
        EvaluationResult whole = new Evaluator(new CpuEngine(model, 1), 40).Evaluate(test);
        Assert.That(result, Is.EqualTo(whole));
    }

    [Test]
    public void LossAndAccuracy_AreThoseOfTheLogits()
    {
        (LoopModel model, Dataset test) = Make();
        var logits = new float[test.Count];
        model.Forward(test.Inputs, logits, null!);

        EvaluationResult result = new Evaluator(new CpuEngine(model, 1)).Evaluate(test);

        Assert.That(result.Loss, Is.EqualTo(logits.Select((f, i) => Math.Log(1 + Math.Exp(-test.Labels[i] * (double)f))).Average()).Within(1e-12));
        Assert.That(result.Accuracy, Is.EqualTo(logits.Select((f, i) => f > 0 == test.Labels[i] > 0 ? 1.0 : 0).Average()));
    }

    [Test]
    public void HitRate_CountsThePatchAmongItsExpertsRoutes()
    {
        (LoopModel model, Dataset test) = Make();
        var routes = new int[test.Count * 4];
        model.Route(test.Inputs, routes, [], [], null!);
        double expected = Enumerable.Range(0, test.Count)
            .Select(i => routes.AsSpan((i * 4) + (test.Labels[i] > 0 ? 0 : 2), 2).Contains(test.DiscriminativePatches[i]) ? 1.0 : 0).Average();

        Assert.That(new Evaluator(new CpuEngine(model, 1)).HitRate(test), Is.EqualTo(expected));
        Assert.That(expected, Is.GreaterThan(0).And.LessThan(1));
    }

    [Test]
    public void HitRate_LeavesOutUnknownPatches_AndIsNullWithoutAny()
    {
        (LoopModel model, Dataset test) = Make();
        var evaluator = new Evaluator(new CpuEngine(model, 1));
        Dataset With(int[]? patches) => new(test.InputShape, test.Inputs.ToArray(), test.Labels.ToArray(), null, patches);
        int[] half = [.. test.DiscriminativePatches.ToArray().Select((patch, i) => i < 20 ? patch : -1)];
        Dataset first = new(test.InputShape, test.InputsOf(0, 20).ToArray(), test.Labels[..20].ToArray(), null, half[..20]);

        Assert.That(evaluator.HitRate(With(half)), Is.EqualTo(evaluator.HitRate(first)));
        Assert.That(evaluator.HitRate(With([.. half.Select(_ => -1)])), Is.Null);
        Assert.That(evaluator.HitRate(With(null)), Is.Null);
    }

    [Test]
    public void WithAnotherNumberOfExperts_AnyExpertHits()
    {
        Assert.That(RouterHits.IsHit([0, 1, 2, 3], experts: 2, label: 1, patch: 3), Is.False);
        Assert.That(RouterHits.IsHit([0, 1, 2, 3], experts: 2, label: -1, patch: 3), Is.True);
        Assert.That(RouterHits.IsHit([0, 1, 2, 3], experts: 4, label: 1, patch: 3), Is.True);
        Assert.That(RouterHits.IsHit([0, 1, 2, 3], experts: 1, label: -1, patch: 4), Is.False);
    }

    private static (LoopModel Model, Dataset Test) Make()
    {
        PatchMoESpec spec = Specs.Separate(Specs.Vectors, Specs.Synthetic);
        return (new LoopModel(spec), DataLoader.Load(spec, null, 1, ".").Test);
    }
}
