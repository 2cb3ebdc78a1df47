namespace PatchMoE.Tests.Parity;

/// <summary>One rule for NaN and infinity in an input: every pass without gradients refuses the batch, and the workspace goes on working.</summary>
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
