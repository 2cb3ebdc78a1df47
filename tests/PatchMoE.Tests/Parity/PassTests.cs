namespace PatchMoE.Tests.Parity;

/// <summary>What every pass promises besides its values: equal bits, checked arguments.</summary>
public class PassTests
{
    private static readonly string[] s_specs = ["mnist-joint", "overlap-odd", "sample-moe", "two-level", "wrn-gate", "cnn", "token-capacity-score", "token-top2-importance", "stack-flat", "stack-convolution", "stack-sequence"];

    internal static IEnumerable<string> Specs => s_specs;

    [TestCaseSource(nameof(Specs))]
    public void EqualBits_ForAnyNumberOfThreads_AndRunAfterRun(string name)
    {
        Passes one = Run(name, threads: 1);
        foreach ((int threads, bool shareSmall) in new[] { (1, false), (2, true), (3, true), (8, true), (8, false) })
        {
            Passes other = Run(name, threads, shareSmall);
            Assert.Multiple(() =>
            {
                Assert.That(other.Loss, Is.EqualTo(one.Loss), $"{threads} threads");
                Assert.That(other.Logits, Is.EqualTo(one.Logits), $"{threads} threads");
                Assert.That(other.Gradients, Is.EqualTo(one.Gradients), $"{threads} threads");
                Assert.That(other.InputGradient, Is.EqualTo(one.InputGradient), $"{threads} threads");
            });
        }
    }

    [TestCase(1)]
    [TestCase(5)]
    [TestCase(40)]
    public void EqualBits_ForSmallAndLargeBatches_OnOneWorkspace(int batch)
    {
        // One sample is small for every pass, five for training, forty for none.
        var golden = new GoldenCase("mnist-joint");
        IPatchMoEModel model = Compiled.Of(golden.Spec);
        golden.Parameters().CopyTo(model.Parameters);
        Dataset data = DrawnBatch.Make(golden.Spec.Model, batch, seed: 1);
        (float[] Logits, float[] Gradients) run(int threads)
        {
            using Workspace workspace = model.CreateWorkspace(threads);
            (float[] logits, float[] again, float[] gradients) = (new float[batch], new float[batch], new float[model.Parameters.Length]);
            model.Forward(data.Inputs, logits, workspace);
            model.LossAndGradients(data.Inputs, data.Labels, again, gradients, workspace);
            Assert.That(again, Is.EqualTo(logits));
            return (logits, gradients);
        }

        (float[] logits, float[] gradients) = run(1);
        foreach (int threads in new[] { 2, 3, 8 })
        {
            (float[] Logits, float[] Gradients) other = run(threads);
            Assert.That(other.Logits, Is.EqualTo(logits), $"{threads} threads");
            Assert.That(other.Gradients, Is.EqualTo(gradients), $"{threads} threads");
        }
    }

    /// <summary>Networks whose loss is that of their logits alone.</summary>
    private static IEnumerable<string> WithoutAuxiliaryLosses => s_specs.Where(name => !new GoldenCase(name).Spec.Model.Layers.Any(layer => layer.Choice is { HasAuxiliaryLoss: true }));

    [TestCaseSource(nameof(WithoutAuxiliaryLosses))]
    public void Backward_OfTheLossesGradient_IsTheLossesBackward(string name)
    {
        (IPatchMoEModel model, float[] input, int[] labels) = Setup(name);
        using Workspace workspace = model.CreateWorkspace();
        Passes expected = Run(name, threads: 1);
        float[] logitsGradient = LogitsGradient(model, expected.Logits, labels);
        var gradients = new float[model.Parameters.Length];
        var inputGradient = new float[input.Length];
        model.Backward(input, logitsGradient, gradients, workspace, inputGradient);
        Agreement.Check("gradients", gradients, expected.Gradients);
        Agreement.Check("input", inputGradient, expected.InputGradient);
    }

    [TestCaseSource(nameof(Specs))]
    public void Predict_TakesTheLargestLogit(string name)
    {
        (IPatchMoEModel model, float[] input, int[] labels) = Setup(name);
        using Workspace workspace = model.CreateWorkspace();
        var classes = new int[labels.Length];
        model.Predict(input, classes, workspace);
        float[] logits = Run(name, threads: 1).Logits;
        for (int b = 0; b < labels.Length; b++)
        {
            float[] own = logits[(b * model.Outputs)..((b + 1) * model.Outputs)];
            int expected = model.Outputs == 1 ? (own[0] > 0 ? 1 : -1) : Array.IndexOf(own, own.Max());
            Assert.That(classes[b], Is.EqualTo(expected), $"sample {b}");
        }
    }

    [Test]
    public void WrongArguments_AreNamed()
    {
        (IPatchMoEModel model, float[] input, int[] labels) = Setup("cnn");
        (IPatchMoEModel other, _, _) = Setup("sample-moe");
        using Workspace workspace = model.CreateWorkspace();
        using Workspace foreign = other.CreateWorkspace();
        var logits = new float[labels.Length * model.Outputs];
        var gradients = new float[model.Parameters.Length];

        void Refused(string message, Action call) => Assert.That(call, Throws.ArgumentException.With.Message.Contains(message));
        Refused("logits has 29 values, which is not a multiple of the 5 of one sample", () => model.Forward(input, logits[1..], workspace));
        Refused("input has 18431 values; 6 samples of 3072 values need 18432", () => model.Forward(input[1..], logits, workspace));
        Refused("labels[2] is 5; softmax cross entropy over 5 outputs takes 0 to 4", () => model.LossAndGradients(input, [0, 1, 5, 0, 0, 0], logits, gradients, workspace));
        Refused("gradients has 3 values", () => model.LossAndGradients(input, labels, logits, new float[3], workspace));
        Refused("lengths[1] is 17; a valid-patch count is 0 to 16", () => model.Forward(input, logits, workspace, [1, 17, 1, 1, 1, 1]));
        Refused("lengths has 2 values", () => model.Forward(input, logits, workspace, [1, 2]));
        Refused("inputGradient has 1 values", () => model.LossAndGradients(input, labels, logits, gradients, workspace, new float[1]));
        Refused("The workspace was made by SampleMoe, not by Cnn", () => model.Forward(input, logits, foreign));
        Refused("there are no routes", () => model.Route(input, [], default, default, workspace));
        Refused("A batch needs at least one sample", () => model.LossAndGradients([], [], [], gradients, workspace));
        Assert.That(() => model.CreateWorkspace(0), Throws.InstanceOf<ArgumentOutOfRangeException>());
        workspace.Dispose();
        Assert.That(() => model.Forward(input, logits, workspace), Throws.InstanceOf<ObjectDisposedException>());
    }

    private sealed record Passes(double Loss, float[] Logits, float[] Gradients, float[] InputGradient);

    private static Passes Run(string name, int threads, bool shareSmall = false)
    {
        (IPatchMoEModel model, float[] input, int[] labels) = Setup(name);
        using Workspace workspace = shareSmall ? model.CreateSharing(threads) : model.CreateWorkspace(threads);
        var logits = new float[labels.Length * model.Outputs];
        var gradients = new float[model.Parameters.Length];
        var inputGradient = new float[input.Length];
        double loss = model.LossAndGradients(input, labels, logits, gradients, workspace, inputGradient);
        return new Passes(loss, logits, gradients, inputGradient);
    }

    internal static (IPatchMoEModel Model, float[] Input, int[] Labels) Setup(string name)
    {
        var golden = new GoldenCase(name);
        IPatchMoEModel model = Compiled.Of(golden.Spec);
        golden.Parameters().CopyTo(model.Parameters);
        return (model, golden.Input.Values<float>(), golden.Labels);
    }

    private static float[] LogitsGradient(IPatchMoEModel model, float[] logits, int[] labels)
    {
        int c = model.Outputs;
        var gradient = new float[logits.Length];
        for (int b = 0; b < labels.Length; b++)
        {
            if (model.Spec.Model.Loss == Loss.Logistic)
            {
                gradient[b] = (float)(-labels[b] / (1 + Math.Exp(labels[b] * (double)logits[b])) / labels.Length);
                continue;
            }

            double sum = Enumerable.Range(0, c).Sum(i => Math.Exp(logits[(b * c) + i]));
            for (int i = 0; i < c; i++)
            {
                gradient[(b * c) + i] = (float)(((Math.Exp(logits[(b * c) + i]) / sum) - (i == labels[b] ? 1 : 0)) / labels.Length);
            }
        }

        return gradient;
    }
}
