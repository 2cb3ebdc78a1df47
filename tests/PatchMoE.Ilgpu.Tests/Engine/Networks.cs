using PatchMoE.Compiler;

namespace PatchMoE.Ilgpu.Tests.Engine;

/// <summary>Small networks and data for the engine's tests.</summary>
internal static class Networks
{
    private static readonly Dictionary<string, Type> s_types = [];

    /// <summary>Expert choice with every kind of trained tensor, on vectors: n = 4, d = 11, 3 classes.</summary>
    public static PatchMoESpec Small { get; } = new(
        "small",
        new ModelSpec(
            new VectorsInputSpec(4, 11),
            EquatableArray.Of(new LayerSpec(Routing.ExpertChoice, 2, 3, 2, Gate.SoftmaxSelected, Pooling.Selected, Bias: true)),
            new HeadSpec(HeadKind.Linear, 3, Bias: true),
            Loss.SoftmaxCrossEntropy));

    /// <summary>A new model with weights 0; each spec is compiled once for all tests.</summary>
    public static IPatchMoEModel Compile(PatchMoESpec spec)
    {
        string key = $"{spec.Name}\n{SpecWriter.ModelToJson(spec)}";
        Type type;
        lock (s_types)
        {
            type = s_types.TryGetValue(key, out Type? known) ? known : s_types[key] = PatchMoECompiler.Compile(spec, cache: null, IlgpuEngine.Libraries).GetType();
        }

        return (IPatchMoEModel)Activator.CreateInstance(type)!;
    }

    /// <summary>Weights of a size that keeps neurons alive.</summary>
    public static float[] Weights(PatchMoESpec spec, int seed = 1)
    {
        var random = new Random(seed);
        var weights = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        foreach (ParameterSpec parameter in spec.Model.Parameters())
        {
            for (int i = 0; i < parameter.Length; i++)
            {
                weights[parameter.Offset + i] = random.NextSingle() - 0.4f;
            }
        }

        return weights;
    }

    /// <summary>Samples with labels and, if wanted, valid-patch counts.</summary>
    public static Dataset Data(PatchMoESpec spec, int count, bool ragged = false, int seed = 2)
    {
        var random = new Random(seed);
        LayerShape bottom = spec.Model.LayerShapes()[0];
        float[] inputs = [.. Enumerable.Range(0, count * spec.Model.InputLength()).Select(_ => (2 * random.NextSingle()) - 1)];
        int[] labels = [.. Enumerable.Range(0, count).Select(_ => spec.Model.Loss == Loss.Logistic ? (2 * random.Next(2)) - 1 : random.Next(spec.Model.Head.Outputs))];
        int[]? lengths = ragged ? [.. Enumerable.Range(0, count * bottom.Instances).Select(_ => random.Next(bottom.Patches + 1))] : null;
        return new Dataset(spec.Model.InputShape(), inputs, labels, lengths);
    }

    public static Optimizer Optimizer(PatchMoESpec spec, OptimizerKind kind) => PatchMoE.Training.Optimizers.Optimizer.Create(
        OptimizerSpec.Of(OptimizerKind.Sgd) with { Kind = kind, LearningRate = 0.1, WeightDecay = 0.01 },
        spec.Model.Parameters().Where(parameter => parameter.HasGradient),
        ModelParameters.BufferLength(spec.Model.Parameters()));

    /// <summary>Updates on batches that move through the data; returns the losses.</summary>
    public static double[] Train(ITrainingEngine engine, Dataset data, Optimizer optimizer, int steps, int batch = 8, double learningRate = 0.1)
    {
        int[] Batch(int step) => [.. Enumerable.Range(0, batch).Select(i => ((step * batch) + (i * 5)) % data.Count)];
        engine.BeginTraining(optimizer);
        double[] losses = [.. Enumerable.Range(0, steps).Select(step => engine.Step(data, Batch(step), step + 1 < steps ? Batch(step + 1) : [], learningRate))];
        engine.Collect();
        return losses;
    }

    public static float[] ParametersOf(INetworkEngine engine)
    {
        var parameters = new float[ModelParameters.BufferLength(engine.Spec.Model.Parameters())];
        engine.GetParameters(parameters);
        return parameters;
    }
}
