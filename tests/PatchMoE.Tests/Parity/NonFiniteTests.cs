namespace PatchMoE.Tests.Parity;

/// <summary>One rule for NaN and infinity in an input: every pass without gradients refuses the batch, and the workspace goes on working.</summary>
[Category("Long")]
[TestFixture]
public sealed class NonFiniteTests
{
    private static IEnumerable<TestCaseData> Specs() =>
    [
        .. GoldenCase.Names.Select(name => Case(new GoldenCase(name).Spec, name)),
        .. new[] { "threshold", "window, many experts of a short row", "window in groups, dense, a layer above", "long pixel rows, panels, overlapping patches", "long pixel rows, sample" }
            .Select(name => Case(SizeSpecs.All[name], name)),
    ];

    [TestCaseSource(nameof(Specs))]
    public void EveryPass_RefusesIt(PatchMoESpec spec)
    {
        const int samples = 5;
        IPatchMoEModel model = Compiled.Of(spec);
        (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed: 3, samples);
        batch.Parameters.CopyTo(model.Parameters);
        using Workspace workspace = model.CreateSharing(threads: 2);
        var logits = new float[samples * model.Outputs];
        var expected = new float[logits.Length];
        var routes = new int[samples * model.RouteShape.Aggregate(model.RouteShape.Count == 0 ? 0 : 1, (product, size) => product * size)];
        model.Forward(batch.Input, expected, workspace);
        foreach (float value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity, BitConverter.UInt32BitsToSingle(0xFFC0_0001) })
        {
            foreach (int place in new[] { 0, LastOfLastPatch(spec.Model) })
            {
                float[] input = [.. batch.Input];
                input[(3 * model.InputLength) + place] = value;
                string message = $"input: value {place} of sample 3 is {(float.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity")}; inputs must be finite numbers.";
                void Refused(Action pass) => Assert.That(pass, Throws.ArgumentException.With.Message.Contains(message));
                Refused(() => model.Forward(input, logits, workspace));
                Refused(() => model.Predict(input, new int[samples], workspace));
                Refused(() => model.Features(input, new float[samples * model.FeatureLength], workspace));
                Refused(() => model.ClassifyBatch(input));
                if (routes.Length > 0)
                {
                    Refused(() => model.Route(input, routes, [], [], workspace));
                }
            }
        }

        model.Forward(batch.Input, logits, workspace);
        Assert.That(logits, Is.EqualTo(expected));
    }

    /// <summary>Vectors past a valid-patch count are not read by any pass: whoever fills a large input with a short text need not clear the rest.</summary>
    [TestCase(Routing.ExpertChoice)]
    [TestCase(Routing.TokenChoice)]
    [TestCase(Routing.Sample)]
    [TestCase(Routing.Dense)]
    public void VectorsPastTheCount_AreNotRead(Routing routing)
    {
        LayerSpec layer = routing switch
        {
            Routing.ExpertChoice => new LayerSpec(routing, 5, 3, PatchesPerExpert: 2, Gate.SoftmaxAll),
            Routing.TokenChoice => new LayerSpec(routing, 4, 3, Gate: Gate.SoftmaxAll) { Choice = new TokenChoiceSpec(2) },
            _ => new LayerSpec(routing, routing == Routing.Dense ? 1 : 3, 4),
        };
        var upper = new LayerSpec(Routing.ExpertChoice, 3, 2, PatchesPerExpert: 2, Gate.SoftmaxSelected);
        var spec = new PatchMoESpec("padding", new ModelSpec(new VectorsInputSpec(11, 18, [4]), [layer, upper], new HeadSpec(HeadKind.Linear, 2), Loss.SoftmaxCrossEntropy));
        Assert.That(SpecReader.Read(SpecWriter.ToJson(spec), "padding.json").Diagnostics, Is.Empty);
        using IPatchMoEModel model = Compiled.Of(spec);
        (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed: 1, samples: 3);
        batch.Parameters.CopyTo(model.Parameters);
        int[] lengths = [4, 11, 1, 0, 7, 0, 2, 0, 0, 0, 0, 0];
        float[] wild = [.. batch.Input];
        for (int i = 0; i < wild.Length; i++)
        {
            wild[i] = i / 18 % 11 < lengths[i / (11 * 18)] ? wild[i] : float.NaN;
        }

        using Workspace workspace = model.CreateSharing(threads: 2);
        (float[] Logits, float[] Features, float[] Gradients, int[] Classes, int[] Routes) run(float[] input)
        {
            var logits = new float[3 * model.Outputs];
            var features = new float[3 * model.FeatureLength];
            var gradients = new float[model.Parameters.Length];
            var classes = new int[3];
            var routes = new int[routing == Routing.Dense ? 0 : 3 * model.RouteShape.Aggregate(1, (product, size) => product * size)];
            model.LossAndGradients(input, [0, 1, 0], logits, gradients, workspace, default, lengths);
            model.Forward(input, logits, workspace, lengths);
            model.Features(input, features, workspace, lengths);
            model.Predict(input, classes, workspace, lengths);
            if (routing != Routing.Dense)
            {
                model.Route(input, routes, [], [], workspace, lengths);
            }

            return (logits, features, gradients, classes, routes);
        }

        var expected = run(batch.Input);
        var actual = run(wild);
        Assert.That(actual.Logits, Is.EqualTo(expected.Logits).And.All.Matches<float>(float.IsFinite));
        Assert.That(actual.Features, Is.EqualTo(expected.Features));
        Assert.That(actual.Gradients, Is.EqualTo(expected.Gradients).And.All.Matches<float>(float.IsFinite));
        Assert.That(actual.Classes, Is.EqualTo(expected.Classes));
        Assert.That(actual.Routes, Is.EqualTo(expected.Routes));
    }

    /// <summary>Scores that overflow are no reason to refuse a finite input.</summary>
    [Test]
    public void AFiniteInputWhoseScoresOverflow_IsComputed()
    {
        var golden = new GoldenCase("mnist-separate");
        IPatchMoEModel model = Compiled.Of(golden.Spec);
        golden.Parameters().CopyTo(model.Parameters);
        model.Parameters.Fill(1e30f);
        using Workspace workspace = model.CreateWorkspace();
        float[] input = [.. Enumerable.Repeat(1e30f, model.InputLength)];
        var scores = new float[model.RouteShape.Aggregate(1, (product, size) => product * size)];
        model.Route(input, new int[scores.Length], scores, [], workspace);
        Assert.That(scores, Is.All.EqualTo(float.PositiveInfinity));
        Assert.That(() => model.Classify(input), Throws.InvalidOperationException.With.Message.Contains("the logits exceed the range of float32"));
    }

    private static TestCaseData Case(PatchMoESpec spec, string name) => new TestCaseData(spec).SetArgDisplayNames(name);

    private static int LastOfLastPatch(ModelSpec model)
    {
        if (model.Input is not ImageInputSpec image)
        {
            return model.InputLength() - 1;
        }

        (int row, int column) = image.Corner((image.GridHeight * image.GridWidth) - 1);
        return ((((row + image.PatchHeight - 1) * image.Width) + column + image.PatchWidth) * image.Channels) - 1;
    }
}
