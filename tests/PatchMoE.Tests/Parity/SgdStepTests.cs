namespace PatchMoE.Tests.Parity;

/// <summary>An update within the pass gives exactly the weights that the gradients and a separate SGD update give.</summary>
[Category("Long")]
[Parallelizable(ParallelScope.Children)]
public class SgdStepTests
{
    private const double LearningRate = 0.05;

    private static IEnumerable<string> Sizes => SizeSpecs.All.Keys;

    [Test]
    public void EqualBits_RandomNetworks([Range(1, 60)] int seed) => Check(new RandomSpecs(seed).Draw(), seed, samples: null, threads: 1 + (seed % 3));

    [Test]
    public void EqualBits_RandomTokenChoice([Range(1, 30)] int seed) =>
        Check(new RandomSpecs(seed, RandomSpecs.Parts.TokenChoice).Draw(), seed, samples: seed % 6 == 0 ? 67 : null, threads: 1 + (seed % 3));

    [TestCaseSource(nameof(Sizes))]
    public void EqualBits_WhereSizesChooseOtherKernels(string name) => Check(SizeSpecs.All[name], seed: 2, samples: 5, threads: 2);

    [TestCase("taken patches copied, dot products", 131)]
    [TestCase("long pixel rows, panels, overlapping patches", 70)]
    [TestCase("window, many experts of a short row", 40)]
    [TestCase("threshold", 70)]
    [TestCase("experts shared by workers, dot products", 131)]
    [TestCase("token choice, window, panels, a capacity by score, every loss", 70)]
    [TestCase("token choice, a sort by score", 70)]
    public void EqualBits_OverSeveralWindows(string name, int samples) => Check(SizeSpecs.All[name], seed: 3, samples, threads: 3);

    [TestCase("threshold")]
    [TestCase("experts shared by workers, panels, patches copied")]
    [TestCase("token choice, a sort by score")]
    public void NoWeightChanges_IfALogitIsNotFinite(string name)
    {
        PatchMoESpec spec = SizeSpecs.All[name];
        IPatchMoEModel model = Compiled.Of(spec);
        (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed: 1, samples: 70);
        batch.Parameters.CopyTo(model.Parameters);
        float[] input = [.. batch.Input];
        input.AsSpan(69 * model.InputLength).Fill(float.NaN);
        using Workspace workspace = model.CreateSharing(2);

        double loss = model.SgdStep(input, batch.Labels, new float[70 * model.Outputs], LearningRate, 0, workspace);

        Assert.That(double.IsFinite(loss), Is.False);
        Assert.That(model.Parameters.ToArray(), Is.EqualTo(batch.Parameters));
        Assert.That(model.SgdStep(batch.Input, batch.Labels, new float[70 * model.Outputs], LearningRate, 0, workspace), Is.EqualTo(batchLoss()));

        double batchLoss()
        {
            batch.Parameters.CopyTo(model.Parameters);
            return model.LossAndGradients(batch.Input, batch.Labels, new float[70 * model.Outputs], new float[model.Parameters.Length], workspace);
        }
    }

    internal static void Check(PatchMoESpec spec, int seed, int? samples, int threads)
    {
        IPatchMoEModel model = Compiled.Of(spec);
        (RandomBatch batch, _) = RandomBatch.Draw(spec.Model, seed, samples);
        foreach (double decay in new[] { 0, 0.01 })
        {
            using Workspace workspace = model.CreateSharing(threads);
            var logits = new float[batch.Labels.Length * model.Outputs];
            var gradients = new float[model.Parameters.Length];
            batch.Parameters.CopyTo(model.Parameters);
            double loss = model.LossAndGradients(batch.Input, batch.Labels, logits, gradients, workspace, default, batch.Lengths);
            Optimizer optimizer = Optimizer.Create(
                OptimizerSpec.Of(OptimizerKind.Sgd) with { WeightDecay = decay }, model.ParameterSpecs.Where(parameter => parameter.HasGradient), gradients.Length);
            optimizer.Step(model.Parameters, gradients, LearningRate);
            float[] expected = model.Parameters.ToArray();

            batch.Parameters.CopyTo(model.Parameters);
            var other = new float[logits.Length];
            Assert.That(model.SgdStep(batch.Input, batch.Labels, other, LearningRate, decay, workspace, batch.Lengths), Is.EqualTo(loss));
            Assert.That(other, Is.EqualTo(logits));
            Assert.That(model.Parameters.ToArray(), Is.EqualTo(expected), $"weight decay {decay}");
        }
    }
}
