namespace PatchMoE.Tests;

public sealed class RouterStageTests
{
    [Test]
    public void Gradients_AreThoseOfTheLinearLoss()
    {
        (LoopModel model, Dataset train, Dataset test) = Make();
        var stage = new RouterStage(model, new CpuEngine(model, 1), model.Spec.Training!, Parts(model, train, test), new Evaluator(new CpuEngine(model, 1)));
        int[] samples = [3, 0, 7];
        var gradients = new float[model.Parameters.Length];

        double loss = stage.LossAndGradients(samples, gradients);

        Assert.That(loss, Is.EqualTo(Loss(model, train, samples)).Within(1e-6));
        for (int i = 0; i < 22; i++)
        {
            model.Parameters[i] += 0.5f;
            double up = Loss(model, train, samples);
            model.Parameters[i] -= 0.5f;

            // The loss is linear, so the difference quotient is exact.
            Assert.That(gradients[i], Is.EqualTo((up - loss) / 0.5).Within(1e-5), $"router value {i}");
        }

        Assert.That(gradients[22..], Is.All.Zero);
    }

    [Test]
    public void PatchesPastTheValidOnes_AreLeftOut()
    {
        (LoopModel model, Dataset train, _) = Make();
        var ragged = new Dataset(train.InputShape, train.Inputs.ToArray(), train.Labels.ToArray(), [.. Enumerable.Range(0, train.Count).Select(i => i % 5)]);
        float[] sums = PatchSums.Of(ragged, model.Spec.Model);

        Assert.That(sums[..11], Is.All.Zero, "sample 0 has no valid patch");
        Assert.That(sums[11..22], Is.EqualTo(train.InputsOf(1, 1)[..11].ToArray()), "sample 1 has one");
    }

    [Test]
    public void ImagePatches_AreSummedInTheOrderRowColumnChannel()
    {
        var input = new ImageInputSpec(5, 4, 2, 3, 2, 2, 1);
        PatchMoESpec spec = Specs.Separate(input, Specs.Synthetic);
        var data = new Dataset(spec.Model.InputShape(), [.. Enumerable.Range(0, 40).Select(i => (float)(i * i % 17))], [1]);
        var expected = new float[12];
        foreach ((int top, int left) in new[] { (0, 0), (0, 1), (0, 2), (2, 0), (2, 1), (2, 2) })
        {
            for (int i = 0; i < 12; i++)
            {
                expected[i] += data.Inputs[((((top + (i / 4)) * 4) + left + (i / 2 % 2)) * 2) + (i % 2)];
            }
        }

        Assert.That(PatchSums.Of(data, spec.Model), Is.EqualTo(expected));
    }

    [Test]
    public void OtherNetworks_AreRefused()
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 3, Specs.Synthetic, Specs.Training(TrainingMethod.Separate));
        Assert.That(() => RouterStage.CheckModel(spec.Model), Throws.TypeOf<BadInputException>().With.Message.Contains("training.method: The method 'separate'"));
    }

    private static (LoopModel Model, Dataset Train, Dataset Test) Make()
    {
        PatchMoESpec spec = Specs.Separate(Specs.Vectors, Specs.Synthetic);
        (Dataset train, Dataset test) = DataLoader.Load(spec, null, 1, ".");
        return (new LoopModel(spec), train, test);
    }

    /// <summary>−(1/N) Σ y·⟨w₁ − w₂, Σ_j x_j⟩ by plain loops.</summary>
    private static double Loss(LoopModel model, Dataset data, int[] samples)
    {
        double loss = 0;
        foreach (int sample in samples)
        {
            for (int j = 0; j < 4; j++)
            {
                for (int i = 0; i < 11; i++)
                {
                    double w = (double)model.Parameters[i] - model.Parameters[11 + i];
                    loss -= data.Labels[sample] * w * data.InputsOf(sample, 1)[(j * 11) + i] / samples.Length;
                }
            }
        }

        return loss;
    }

    private static TrainingParts Parts(LoopModel model, Dataset train, Dataset test) => TrainingParts.Of(model.Spec.Model, model.Spec.Training!, train, test, 1);
}
