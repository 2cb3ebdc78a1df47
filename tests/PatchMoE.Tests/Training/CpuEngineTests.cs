using PatchMoE.Compiler;

namespace PatchMoE.Tests;

/// <summary>The CPU's engine on an emitted network: it trains on a data set's samples without copying them.</summary>
public sealed class CpuEngineTests
{
    private const double LearningRate = 0.05;
    private static readonly int[] s_samples = [6, 1, 1, 8, 0, 4];

    [TestCase(OptimizerKind.Sgd)]
    [TestCase(OptimizerKind.Momentum)]
    public void Step_IsTheUpdateOfTheSamplesCopies(OptimizerKind kind)
    {
        (IPatchMoEModel model, Dataset data) = Setup(counts: true);
        using var engine = new CpuEngine(model, threads: 2);
        Optimizer optimizer = Begin(engine, kind);
        float[] before = model.Parameters.ToArray();

        double loss = engine.Step(data, s_samples, [], LearningRate);

        float[] after = model.Parameters.ToArray();
        before.CopyTo(model.Parameters);
        var gradients = new float[before.Length];
        Assert.That(OfCopies(model, data, gradients), Is.EqualTo(loss));
        Begin(engine, kind).Step(model.Parameters, gradients, LearningRate);
        Assert.That(after, Is.EqualTo(model.Parameters.ToArray()));
        Assert.That(optimizer.Steps, Is.EqualTo(1));
    }

    [TestCase(OptimizerKind.Sgd)]
    [TestCase(OptimizerKind.Adam)]
    public void Gradients_OfAStepThatMadeNoUpdate_AreThoseOfItsSamples(OptimizerKind kind)
    {
        (IPatchMoEModel model, Dataset data) = Setup(counts: false);
        using var engine = new CpuEngine(model, threads: 1);
        Begin(engine, kind);
        model.Parameters[model.ParameterSpecs.Single(parameter => parameter.Role == ParameterRole.Experts).Offset + 3] = float.NaN;
        int[] samples = [.. s_samples];

        Assert.That(engine.Step(data, samples, [], LearningRate), Is.NaN);

        // The caller may use its array of indices for the next batch.
        samples.AsSpan().Clear();
        var expected = new float[model.Parameters.Length];
        OfCopies(model, data, expected);
        var gradients = new float[expected.Length];
        engine.GetGradients(gradients);
        Assert.That(gradients, Has.Some.NaN);
        Assert.That(gradients, Is.EqualTo(expected));
    }

    /// <summary>64 samples of 1 MB: copies would take more than all else that a step allocates.</summary>
    [Test]
    public void Step_DoesNotCopyTheSamples()
    {
        const int Length = 1 << 18;
        PatchMoESpec spec = Specs.Dense(new VectorsInputSpec(1, Length), 2, null);
        var data = new Dataset(EquatableArray.Of(1, Length), new float[64 * Length], [.. Enumerable.Range(0, 64).Select(i => i % 2)]);
        using var engine = new CpuEngine(PatchMoECompiler.Compile(spec), threads: 1);
        Begin(engine, OptimizerKind.Sgd);
        int[] samples = [.. Enumerable.Range(0, 64)];

        long before = GC.GetAllocatedBytesForCurrentThread();
        engine.Step(data, samples, [], LearningRate);

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(data.Inputs.Length * sizeof(float)));
    }

    /// <summary>Networks that copy patches read pixels in the data, the others get decoded batches: steps and logits are those of floats.</summary>
    [TestCase(28, 28)]
    [TestCase(28, 112)]
    public void Pixels_GiveTheBitsOfFloats(int patchHeight, int patchWidth)
    {
        PatchMoESpec spec = Specs.Separate(new ImageInputSpec(112, 112, 1, patchHeight, patchWidth, patchHeight, patchWidth), data: null!);
        var pixels = new byte[6 * 112 * 112];
        new Random(3).NextBytes(pixels);
        int[] labels = [1, -1, 1, -1, 1, -1];
        EquatableArray<int> shape = EquatableArray.Of(112, 112, 1);
        (float[], float[]) Train(Dataset data)
        {
            IPatchMoEModel model = PatchMoECompiler.Compile(spec);
            Assert.That(((ICompiledModel)model).Network.Sizes.TakesPixels, Is.EqualTo(patchWidth < 112));
            WeightInitializer.Initialize(spec, seed: 1, model.Parameters);
            using var engine = new CpuEngine(model, threads: 1);
            Begin(engine, OptimizerKind.Sgd);
            for (int i = 0; i < 3; i++)
            {
                engine.Step(data, [i, 5, i + 1], [], LearningRate);
            }

            var logits = new float[4 * model.Outputs];
            float[] buffer = [];
            ((ISampleEngine)engine).Forward(data, 2, logits, [], ref buffer);
            return (model.Parameters.ToArray(), logits);
        }

        (float[] weights, float[] logits) = Train(new Dataset(shape, Array.ConvertAll(pixels, pixel => pixel / 255f), labels));
        (float[] weightsOfPixels, float[] logitsOfPixels) = Train(new Dataset(shape, new ByteStore(pixels, 112 * 112), labels));
        Assert.That(weightsOfPixels, Is.EqualTo(weights));
        Assert.That(logitsOfPixels, Is.EqualTo(logits));
    }

    private static Optimizer Begin(CpuEngine engine, OptimizerKind kind)
    {
        EquatableArray<ParameterSpec> parameters = engine.Spec.Model.Parameters();
        Optimizer optimizer = Optimizer.Create(
            OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = kind, WeightDecay = kind == OptimizerKind.Sgd ? 0.01 : 0 },
            parameters.Where(parameter => parameter.HasGradient),
            ModelParameters.BufferLength(parameters));
        engine.BeginTraining(optimizer);
        return optimizer;
    }

    private static double OfCopies(IPatchMoEModel model, Dataset data, float[] gradients)
    {
        using Workspace workspace = model.CreateWorkspace();
        float[] input = [.. s_samples.SelectMany(sample => data.InputsOf(sample, 1).ToArray())];
        int[] lengths = [.. s_samples.SelectMany(sample => data.LengthsOf(sample, 1).ToArray())];
        return model.LossAndGradients(
            input, [.. s_samples.Select(sample => data.Labels[sample])], new float[s_samples.Length * model.Outputs], gradients, workspace, default, lengths);
    }

    private static (IPatchMoEModel Model, Dataset Data) Setup(bool counts)
    {
        PatchMoESpec spec = Specs.Dense(Specs.Vectors, 3, null);
        IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        WeightInitializer.Initialize(spec, seed: 1, model.Parameters);
        Dataset drawn = DrawnBatch.Make(spec.Model, 9, seed: 2);
        return (model, new Dataset(drawn.InputShape, drawn.Inputs.ToArray(), drawn.Labels.ToArray(), counts ? [4, 3, 2, 1, 4, 3, 2, 1, 0] : null));
    }
}
