using System.Diagnostics;
using System.Globalization;
using PatchMoE.Compiler;
using PatchMoE.Tests.Generated;

namespace PatchMoE.Tests.Predictions;

[TestFixture]
public sealed class ClassifyTests
{
    private static IEnumerable<string> Names => GoldenCase.Names;

    [TestCaseSource(nameof(Names))]
    public void ItIsTheClassOfPredict_WithTheProbabilitiesOfTheLogits(string name)
    {
        (IPatchMoEModel model, float[] input, int samples) = Golden(name);
        var classes = new int[samples];
        var logits = new float[samples * model.Outputs];
        using Workspace workspace = model.CreateWorkspace();
        model.Predict(input, classes, workspace);
        model.Forward(input, logits, workspace);
        IReadOnlyList<Prediction> predictions = model.ClassifyBatch(input);
        Assert.That(predictions.Select(prediction => prediction.Label), Is.EqualTo(classes));
        for (int b = 0; b < samples; b++)
        {
            Prediction one = predictions[b];
            float[] own = logits[(b * model.Outputs)..((b + 1) * model.Outputs)];
            double[] expected = model.Spec.Model.Loss == Loss.Logistic
                ? [1 / (1 + Math.Exp(own[0])), 1 / (1 + Math.Exp(-own[0]))]
                : [.. own.Select(logit => Math.Exp(logit) / own.Sum(other => Math.Exp(other)))];
            Assert.That(one.Probabilities, Is.EqualTo(expected).Within(1e-6));
            Assert.That(one.Probability, Is.EqualTo(one.Probabilities.Max()));
            Assert.That(one.ClassName, Is.EqualTo(one.Label.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            Assert.That(model.Classify(input.AsSpan(b * model.InputLength, model.InputLength)), Is.EqualTo(one));
        }
    }

    [Test]
    public void InputsAreNormalised_AndClassesNamed()
    {
        (IPatchMoEModel model, float[] input, int samples) = Golden("mnist-joint");
        EquatableArray<Prediction> expected = [.. model.ClassifyBatch(input)];
        model.Metadata = new ModelMetadata { Classes = ["cat", "dog"], Normalization = new Normalization([0.5f], [0.25f]) };
        float[] raw = [.. input.Select(value => (value * 0.25f) + 0.5f)];
        float[] before = [.. raw];
        IReadOnlyList<Prediction> named = model.ClassifyBatch(raw);
        Assert.That(raw, Is.EqualTo(before), "the caller's values");
        for (int b = 0; b < samples; b++)
        {
            Assert.That(named[b].Probabilities, Is.EqualTo(expected[b].Probabilities.ToArray()).Within(1e-4));
            Assert.That(named[b].ClassName, Is.EqualTo(named[b].Label == 1 ? "dog" : "cat"));
        }
    }

    [Test]
    public void Top_IsInTheOrderOfTheProbabilities_AndOfTheClassesWhereTheyAreEqual()
    {
        var prediction = new Prediction { ClassName = "b", Index = 1, Label = 1, Probabilities = [0.25f, 0.5f, 0.25f], ClassNames = ["a", "b", "c"] };
        Assert.That(prediction.Top(2), Is.EqualTo(new[] { new ClassProbability("b", 1, 0.5f), new ClassProbability("a", 0, 0.25f) }));
        Assert.That(prediction.Top(9), Has.Count.EqualTo(3));
        Assert.That(() => prediction.Top(-1), Throws.InstanceOf<ArgumentOutOfRangeException>());
        Assert.That(prediction.ToString(), Is.EqualTo("b 0.50"));
    }

    [TestCase(1000f)]
    [TestCase(-1000f)]
    public void LargeLogits_GiveProbabilities0And1(float logit)
    {
        EquatableArray<float> logistic = ClassProbabilities.Of(Loss.Logistic, [logit]);
        EquatableArray<float> softmax = ClassProbabilities.Of(Loss.SoftmaxCrossEntropy, [0, logit]);
        float[] expected = logit > 0 ? [0, 1] : [1, 0];
        Assert.That(logistic, Is.EqualTo(expected));
        Assert.That(softmax, Is.EqualTo(expected));
    }

    [Test]
    public void WrongLengthsAndMetadata_AreNamed()
    {
        (IPatchMoEModel model, float[] input, _) = Golden("cnn");
        Assert.That(() => model.Classify(input), Throws.ArgumentException.With.Message.Contains("one sample [").And.Message.Contains("call ClassifyBatch"));
        Assert.That(() => model.Explain(new float[1]), Throws.ArgumentException.With.Message.Contains("input has 1 values; one sample ["));
        float[] one = input[..model.InputLength];
        model.Metadata = new ModelMetadata { Classes = ["cat"] };
        Assert.That(() => model.Classify(one), Throws.InvalidOperationException.With.Message.Contains("Metadata names 1 classes, but the model has 5"));
        model.Metadata = new ModelMetadata { Normalization = new Normalization([0, 0], [1, 1]) };
        Assert.That(() => model.Classify(one), Throws.InvalidOperationException.With.Message.Contains("Metadata.Normalization has 2 means"));
    }

    /// <summary><c>PATCHMOE_LOAD_SECONDS</c> is how long it takes, if it is to be longer than 2000 answers take.</summary>
    [Test]
    public void FromManyThreadsAtOnce_EveryAnswerIsRight()
    {
        (IPatchMoEModel model, float[] input, int samples) = Golden("mnist-joint");
        EquatableArray<Prediction> expected = [.. model.ClassifyBatch(input)];
        double seconds = double.Parse(Environment.GetEnvironmentVariable("PATCHMOE_LOAD_SECONDS") ?? "0", CultureInfo.InvariantCulture);
        long started = Stopwatch.GetTimestamp();
        int calls = 0;
        int wrong = 0;
        Thread[] threads = [.. Enumerable.Range(0, 16).Select(_ => new Thread(() =>
        {
            for (int call = Interlocked.Increment(ref calls); call <= 2000 || Stopwatch.GetElapsedTime(started).TotalSeconds < seconds; call = Interlocked.Increment(ref calls))
            {
                int b = call % samples;
                if (!model.Classify(input.AsSpan(b * model.InputLength, model.InputLength)).Equals(expected[b]))
                {
                    Interlocked.Increment(ref wrong);
                }
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        TestContext.Out.WriteLine($"{calls} answers from {threads.Length} threads in {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s, {wrong} wrong");
        Assert.That(wrong, Is.Zero);
    }

    [Test]
    public void Dispose_EndsClassify_ButNotThePassesOfOnesOwnWorkspace()
    {
        MnistJoint model = new();
        model.Initialize(seed: 1);
        using Workspace workspace = model.CreateWorkspace();
        var input = new float[MnistJoint.InputLength];
        model.Classify(input);
        model.Dispose();
        model.Dispose();
        Assert.That(() => model.Classify(input), Throws.InstanceOf<ObjectDisposedException>().With.Message.Contains("MnistJoint"));
        Assert.That(() => model.Predict(input, new int[1], workspace), Throws.Nothing);
    }

    [Test]
    public void AFileAndThreeLines_AreEnough()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Path, "weights.safetensors");
        using (var trained = new MnistJoint { Metadata = new ModelMetadata { Classes = ["cat", "dog"] } })
        {
            trained.Initialize(seed: 7);
            trained.Save(path);
        }

        using var model = MnistJoint.Load(path);
        Prediction p = model.Classify(new float[MnistJoint.InputLength]);
        Assert.That(p.ClassName, Is.EqualTo("cat"));
    }

    private static (IPatchMoEModel Model, float[] Input, int Samples) Golden(string name)
    {
        var golden = new GoldenCase(name);
        IPatchMoEModel model = PatchMoECompiler.Compile(golden.Spec);
        golden.Parameters().CopyTo(model.Parameters);
        return (model, golden.Input.Values<float>(), golden.Labels.Length);
    }
}
