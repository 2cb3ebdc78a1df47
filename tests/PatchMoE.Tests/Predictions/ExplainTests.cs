using PatchMoE.Compiler;

namespace PatchMoE.Tests.Predictions;

[TestFixture]
public sealed class ExplainTests
{
    private static IEnumerable<string> Names => GoldenCase.Names;

    private static IEnumerable<string> OneLevel => GoldenCase.Names.Where(name => new GoldenCase(name).Spec.Model.Layers.Count == 1);

    [TestCaseSource(nameof(Names))]
    public void ExpertsAndPatches_AreTheRoutes(string name)
    {
        (IPatchMoEModel model, float[] input, int samples) = Golden(name);
        ModelSpec spec = model.Spec.Model;
        LayerShape shape = spec.LayerShapes()[0];
        int length = model.RouteShape.Aggregate(model.RouteShape.Count == 0 ? 0 : 1, (product, size) => product * size);
        (int[] routes, float[] scores, float[] gates) = (new int[samples * length], new float[samples * length], new float[samples * length]);
        if (length > 0)
        {
            using Workspace workspace = model.CreateWorkspace();
            model.Route(input, routes, scores, gates, workspace);
        }

        for (int b = 0; b < samples; b++)
        {
            Explanation explanation = model.Explain(input.AsSpan(b * model.InputLength, model.InputLength));
            Assert.That(explanation.Prediction, Is.EqualTo(model.Classify(input.AsSpan(b * model.InputLength, model.InputLength))));
            TakenPatch[] patches = [.. explanation.Experts.SelectMany(expert => expert.Patches)];
            Range own = (b * length)..((b + 1) * length);
            switch (spec.Layers[0].Routing)
            {
                case Routing.ExpertChoice:
                    Assert.That(explanation.Experts, Has.Count.EqualTo(shape.Instances * shape.Experts));
                    Assert.That(patches.Select(patch => patch.Place.Index), Is.EqualTo(routes[own]));
                    Assert.That(patches.Select(patch => patch.Score), Is.EqualTo(scores[own]));
                    Assert.That(patches.Select(patch => patch.Gate), Is.EqualTo(gates[own]));
                    break;
                case Routing.TokenChoice:
                    (int, int, float, float)[] pairs = [.. explanation.Experts.SelectMany(expert => expert.Patches.Select(patch => (patch.Place.Index, expert.Expert, patch.Score, patch.Gate)))];
                    Assert.That(explanation.Experts, Has.Count.EqualTo(shape.Experts));
                    Assert.That(pairs, Is.EquivalentTo(Enumerable.Range(b * length, length).Where(i => routes[i] >= 0).Select(i => (i % length / model.RouteShape[2], routes[i], scores[i], gates[i]))));
                    Assert.That(explanation.Experts.Select(expert => expert.Patches.Select(patch => patch.Score)), Has.All.Ordered.Descending);
                    break;
                case Routing.Sample:
                    Assert.That(explanation.Experts.Select(expert => expert.Expert), Is.EqualTo(routes[own]));
                    Assert.That(patches, Has.Length.EqualTo(shape.Patches));
                    Assert.That(patches.Select(patch => patch.Gate), Is.All.EqualTo(gates[b]));
                    break;
                default:
                    Assert.That(patches, Has.Length.EqualTo(shape.Experts * shape.Patches));
                    break;
            }
        }
    }

    /// <summary>Contributions and the head's bias add up to the predicted logit less the mean of all, so they explain the whole answer.</summary>
    [TestCaseSource(nameof(OneLevel))]
    public void Contributions_AddUpToTheLogit(string name)
    {
        (IPatchMoEModel model, float[] input, int samples) = Golden(name);
        var logits = new float[samples * model.Outputs];
        using Workspace workspace = model.CreateWorkspace();
        model.Forward(input, logits, workspace);
        ParameterSpec? bias = model.ParameterSpecs.SingleOrDefault(parameter => parameter.Role == ParameterRole.HeadBias);
        float[] biases = bias is null ? new float[model.Outputs] : model.Parameters.Slice(bias.Offset, bias.Length).ToArray();
        for (int b = 0; b < samples; b++)
        {
            Explanation explanation = model.Explain(input.AsSpan(b * model.InputLength, model.InputLength));
            float[] own = [.. logits.Skip(b * model.Outputs).Take(model.Outputs).Select((logit, c) => logit - biases[c])];
            int index = explanation.Prediction.Index;
            double expected = model.Outputs == 1 ? (index == 1 ? own[0] : -own[0]) : own[index] - own.Average();
            double sum = explanation.Experts.Sum(expert => expert.Patches.Sum(patch => (double)patch.Contribution!.Value));
            Assert.That(sum, Is.EqualTo(expected).Within(1e-4 * Math.Max(1, own.Max(Math.Abs))));
            Assert.That(explanation.MostImportant(int.MaxValue).Sum(patch => (double)patch.Importance), Is.EqualTo(sum).Within(1e-4 * Math.Max(1, Math.Abs(sum))));
        }
    }

    /// <summary>A sign in patch 5 decides a network whose only neuron looks for it.</summary>
    [Test]
    public void MostImportant_IsThePatchWithTheSign()
    {
        var spec = new PatchMoESpec("sign", new ModelSpec(
            new ImageInputSpec(6, 9, 1, 2, 3, 2, 3),
            [new LayerSpec(Routing.ExpertChoice, 2, 1, PatchesPerExpert: 2, Gate: Gate.SoftmaxSelected)],
            new HeadSpec(HeadKind.Fixed, 1, HeadWeights.Sign),
            Loss.Logistic));
        IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        model.Parameters.Fill(0.1f);
        model.Parameters.Slice(model.ParameterSpecs[0].Offset, 6).Fill(1);
        model.Parameters.Slice(model.ParameterSpecs[1].Offset, 6).Fill(1);
        ParameterSpec head = model.ParameterSpecs[^1];
        (model.Parameters[head.Offset], model.Parameters[head.Offset + 1]) = (1, -1);
        var image = new float[54];
        for (int y = 2; y < 4; y++)
        {
            image.AsSpan((y * 9) + 6, 3).Fill(1);
        }

        Explanation explanation = model.Explain(image);
        ImportantPatch best = explanation.MostImportant(1)[0];
        Assert.That(best.Place, Is.EqualTo(new PatchPlace(0, 5, 1, 2, new PixelRectangle(6, 2, 3, 2))));
        Assert.That(best.Experts, Is.EqualTo(new[] { 0, 1 }));
        Assert.That(explanation.Prediction.Label, Is.EqualTo(1));
        Assert.That(best.Importance, Is.GreaterThan(0));
        Assert.That(explanation.MostImportant(0), Is.Empty);
    }

    [Test]
    public void WithTwoLevels_PatchesCountByTheirGates()
    {
        (IPatchMoEModel model, float[] input, _) = Golden("two-level");
        Explanation explanation = model.Explain(input.AsSpan(0, model.InputLength));
        Assert.That(explanation.Experts.SelectMany(expert => expert.Patches).Select(patch => patch.Contribution), Is.All.Null);
        Assert.That(explanation.Experts.Select(expert => expert.Group).Distinct(), Is.EqualTo(Enumerable.Range(0, model.RouteShape[0])));
        ImportantPatch best = explanation.MostImportant(1)[0];
        Assert.That(best.Place.Pixels, Is.Null);
        Assert.That(best.Importance, Is.EqualTo(explanation.Experts.SelectMany(expert => expert.Patches).Where(patch => patch.Place == best.Place).Sum(patch => patch.Gate)));
    }

    [Test]
    public void PatchesPastTheCount_AreNotShown()
    {
        (IPatchMoEModel model, float[] input, _) = Golden("mnist-joint");
        Explanation explanation = model.Explain(input.AsSpan(0, model.InputLength), [2]);
        foreach (ExpertView expert in explanation.Experts)
        {
            Assert.That(expert.Patches.Select(patch => patch.Place.Index).Order(), Is.EqualTo(new[] { 0, 1 }));
        }
    }

    private static (IPatchMoEModel Model, float[] Input, int Samples) Golden(string name)
    {
        var golden = new GoldenCase(name);
        IPatchMoEModel model = PatchMoECompiler.Compile(golden.Spec);
        golden.Parameters().CopyTo(model.Parameters);
        return (model, golden.Input.Values<float>(), golden.Labels.Length);
    }
}
