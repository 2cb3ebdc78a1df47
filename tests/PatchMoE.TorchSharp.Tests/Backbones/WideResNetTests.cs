using PatchMoE.Tests;
using PatchMoE.Tests.Parity;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests.Backbones;

/// <summary>Wide ResNets, plain and with a pMoE layer.</summary>
[TestFixture]
public sealed class WideResNetTests
{
    private const int Images = 3;

    private static readonly LayerSpec Chosen = new(Routing.ExpertChoice, 3, 4, 2, Gate.SoftmaxAll, Pooling.All, Bias: true);

    /// <summary>Small networks of every kind, on awkward sizes.</summary>
    private static IEnumerable<TestCaseData> Networks =>
    [
        Case("plain", Network(7, 6, null, null)),
        Case("two blocks a group", Network(5, 8, null, null, blocks: 2)),
        Case("features", Network(9, 7, LayerOutput.Features, Chosen)),
        Case("features, all patches", Network(6, 6, LayerOutput.Features, new LayerSpec(Routing.Dense, 2, 3))),
        Case("features of a sample's expert", Network(6, 6, LayerOutput.Features, new LayerSpec(Routing.Sample, 2, 3))),
        Case("map", Network(9, 7, LayerOutput.Map, Chosen with { Pooling = Pooling.Selected })),
        Case("map of overlapping patches", Network(12, 12, LayerOutput.Map, Chosen with { Gate = Gate.Sigmoid, Pooling = Pooling.Selected }, patch: 2)),
        Case("map of all patches", Network(6, 5, LayerOutput.Map, new LayerSpec(Routing.Dense, 2, 3, Bias: true))),
        Case("map of a sample's expert", Network(6, 5, LayerOutput.Map, new LayerSpec(Routing.Sample, 2, 3))),
    ];

    [TestCaseSource(nameof(Networks))]
    public void Logits_AreThoseOfPlainLoops(PatchMoESpec spec)
    {
        (WideResNet module, float[] parameters, float[] input) = Make(spec);
        using WideResNet network = module;
        network.eval();
        using Tensor logits = network.forward(tensor(input).reshape(Images, -1));

        var plain = new PlainWideResNet(spec.Model, parameters);
        double[] expected = [.. input.Chunk(spec.Model.InputLength()).SelectMany(plain.Logits)];
        Agreement.Check("logits", TorchPass.Values(logits), expected);
    }

    /// <summary>In float64 and training mode, where the batch's own statistics have gradients, too.</summary>
    [TestCaseSource(nameof(Networks))]
    public void Gradients_AreFiniteDifferences(PatchMoESpec spec)
    {
        (WideResNet module, _, float[] input) = Make(spec);
        using WideResNet network = module;
        network.to(ScalarType.Float64);
        network.train();
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(input).to(ScalarType.Float64).reshape(Images, -1);
        Tensor labels = tensor(new[] { 0, 2, 1 });
        double Loss() => network.Loss(network.forward(x), labels).item<double>();

        network.zero_grad();
        network.Loss(network.forward(x), labels).backward();
        using IDisposable noGradients = no_grad();
        var random = new Random(5);
        foreach (ParameterSpec tensor in spec.Model.Parameters().Where(tensor => tensor.HasGradient))
        {
            Tensor weights = network.Weight(tensor.Name).reshape(-1);
            Tensor gradients = network.Weight(tensor.Name).grad!.reshape(-1);
            for (int trial = 0; trial < 2; trial++)
            {
                const double Step = 1e-6;
                int i = random.Next(tensor.Length);
                double weight = weights[i].item<double>();
                weights[i] = weight + Step;
                double above = Loss();
                weights[i] = weight - Step;
                double below = Loss();
                weights[i] = weight;
                double expected = (above - below) / (2 * Step);
                double found = gradients[i].item<double>();
                Assert.That(Math.Abs(found - expected) <= 1e-5 * (1 + Math.Abs(expected)), $"{tensor.Name}[{i}]: {found}, expected {expected}");
            }
        }
    }

    /// <summary>
    /// Convolutions of few channels, in float32 by oneDNN and in float64 by torch's own loops. oneDNN has a fault in the weight gradients of shortcuts, and, for
    /// convolutions of one channel, one in the input gradients: of gray images, or between layers.
    /// </summary>
    [Test]
    public void Gradients_AreThoseOfDoublePrecision([Values(1, 3, 4, 6, 8, 16)] int channels, [Values(1, 2)] int imageChannels, [Values(1, 2)] int threads)
    {
        PatchMoESpec spec = Network(16, 16, null, null, widths: [channels, 2 * channels, 2 * channels], imageChannels: imageChannels);
        (WideResNet module, _, float[] input) = Make(spec);
        using WideResNet network = module;
        using DisposeScope scope = NewDisposeScope();
        set_num_threads(threads);
        try
        {
            Dictionary<string, double[]> Gradients(ScalarType type)
            {
                network.to(type);
                network.zero_grad();
                Tensor images = tensor(input).to(type).reshape(Images, -1).requires_grad_(true);
                network.Loss(network.forward(images), tensor(new[] { 0, 2, 1 })).backward();
                return spec.Model.Parameters().Where(weights => weights.HasGradient).Select(weights => (weights.Name, network.Weight(weights.Name))).Append(("images", images))
                    .ToDictionary(pair => pair.Item1, pair => pair.Item2.grad!.to(ScalarType.Float64).data<double>().ToArray());
            }

            Dictionary<string, double[]> found = Gradients(ScalarType.Float32);
            foreach ((string name, double[] expected) in Gradients(ScalarType.Float64))
            {
                Agreement.Check(name, Array.ConvertAll(found[name], value => (float)value), expected);
            }
        }
        finally
        {
            set_num_threads(1);
        }
    }

    [Test]
    public void Statistics_MoveInTrainingAlone()
    {
        (WideResNet module, float[] parameters, float[] input) = Make(Network(7, 6, LayerOutput.Map, Chosen));
        using WideResNet network = module;
        float[] After(Action mode)
        {
            mode();
            network.forward(tensor(input).reshape(Images, -1)).Dispose();
            var now = new float[parameters.Length];
            network.GetWeights(now);
            return now;
        }

        float[] evaluated = After(() => network.eval());
        float[] trained = After(() => network.train());
        Assert.Multiple(() =>
        {
            Assert.That(evaluated, Is.EqualTo(parameters));
            foreach (ParameterSpec spec in network.TensorSpecs)
            {
                bool moved = !trained.AsSpan(spec.Offset, spec.Length).SequenceEqual(parameters.AsSpan(spec.Offset, spec.Length));
                Assert.That(moved, Is.EqualTo(spec.Role is ParameterRole.NormMean or ParameterRole.NormVariance), spec.Name);
            }
        });
    }

    [Test]
    public void Weights_AreSavedUnderTheirNames()
    {
        using var folder = new TemporaryFolder();
        PatchMoESpec spec = Network(7, 6, LayerOutput.Map, Chosen);
        (WideResNet module, float[] parameters, float[] input) = Make(spec);
        using WideResNet network = module;
        network.SaveWeights(folder.File("w.safetensors"));
        using var other = new WideResNet(spec, seed: 99);
        other.LoadWeights(folder.File("w.safetensors"));
        network.eval();
        other.eval();
        Assert.Multiple(() =>
        {
            Assert.That(SafetensorsFile.Read(folder.File("w.safetensors")).Tensors.Select(tensor => tensor.Name), Is.EquivalentTo(spec.Model.Parameters().Select(tensor => tensor.Name)));
            Assert.That(
                TorchPass.Values(other.forward(tensor(input).reshape(Images, -1))), Is.EqualTo(TorchPass.Values(network.forward(tensor(input).reshape(Images, -1)))));
        });
    }

    /// <summary>Class c has its bright square in corner c.</summary>
    [TestCase(null)]
    [TestCase(LayerOutput.Features)]
    [TestCase(LayerOutput.Map)]
    public void Training_LearnsWhatDecides(LayerOutput? output)
    {
        const int Batch = 24;
        LayerSpec layer = new(Routing.ExpertChoice, 4, 4, 4, Gate.Sigmoid);
        PatchMoESpec spec = Network(8, 8, output, output is null ? null : layer);
        using var network = new WideResNet(spec, seed: 3);
        var random = new Random(4);
        int[] labels = [.. Enumerable.Range(0, Batch).Select(i => i % 3)];
        float[] input = [.. labels.SelectMany(label => Enumerable.Range(0, 8 * 8 * 2).Select(i => Square(label, i) + (float)(0.2 * random.NextDouble())))];
        using Tensor x = tensor(input).reshape(Batch, 8, 8, 2);
        using Tensor y = tensor(labels);
        using optim.Optimizer sgd = optim.SGD(network.parameters(), 0.1);
        network.train();
        double first = 0;
        double last = 0;
        for (int step = 0; step < 60; step++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor loss = network.Loss(network.forward(x), y);
            sgd.zero_grad();
            loss.backward();
            sgd.step();
            last = loss.item<float>();
            first = step == 0 ? last : first;
        }

        Assert.That(last, Is.LessThan(0.25 * first));
    }

    [Test]
    public void Route_GivesThePatchesOfTheMap()
    {
        PatchMoESpec spec = Network(9, 7, LayerOutput.Map, Chosen);
        (WideResNet module, _, float[] input) = Make(spec);
        using WideResNet network = module;
        network.eval();
        using Tensor routes = network.Route(tensor(input).reshape(Images, -1));
        Assert.Multiple(() =>
        {
            Assert.That(routes.shape, Is.EqualTo(new long[] { Images, 3, 2 }));
            Assert.That(routes.data<long>().ToArray(), Is.All.InRange(0, spec.Model.LayerShapes()[0].Patches - 1));
        });
    }

    [Test]
    public void Lengths_AreRefused()
    {
        (WideResNet module, _, float[] input) = Make(Network(7, 6, LayerOutput.Features, Chosen));
        using WideResNet network = module;
        Assert.That(() => network.forward(tensor(input).reshape(Images, -1), tensor(new[] { 1, 1, 1 })), Throws.ArgumentException);
    }

    [Test]
    public void SpecWithoutBackbone_IsRefused() => Assert.That(
        () => new WideResNet(new PatchMoESpec("a", new ModelSpec(new VectorsInputSpec(4, 3), EquatableArray.Of(Chosen), new HeadSpec(HeadKind.Linear, 3), Loss.SoftmaxCrossEntropy))),
        Throws.ArgumentException);

    /// <summary>Steps leave no tensors behind.</summary>
    [Test]
    public void Steps_LeaveNoTensors()
    {
        (WideResNet module, _, float[] input) = Make(Network(7, 6, LayerOutput.Map, Chosen));
        using WideResNet network = module;
        using Tensor x = tensor(input).reshape(Images, -1);
        using Tensor y = tensor(new[] { 0, 1, 2 });
        using optim.Optimizer sgd = optim.SGD(network.parameters(), 0.01);
        long before = 0;
        for (int step = 0; step < 12; step++)
        {
            if (step == 2)
            {
                before = Tensor.TotalCount;
            }

            using DisposeScope scope = NewDisposeScope();
            sgd.zero_grad();
            network.Loss(network.forward(x), y).backward();
            sgd.step();
        }

        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));
    }

    private static float Square(int label, int index)
    {
        (int row, int column, int channel) = (index / 16, index / 2 % 8, index % 2);
        bool bright = (row < 4) == (label < 2) && (column < 4) == (label % 2 == 0);
        return bright && channel == label % 2 ? 1 : 0;
    }

    private static TestCaseData Case(string name, PatchMoESpec spec) => new TestCaseData(spec).SetArgDisplayNames(name);

    private static PatchMoESpec Network(int height, int width, LayerOutput? output, LayerSpec? layer, int blocks = 1, int patch = 1, int[]? widths = null, int imageChannels = 2)
    {
        var backbone = new BackboneSpec(height, width, imageChannels, EquatableArray.Of(widths ?? [4, 6, 5]), blocks, 3, output);
        (int mapHeight, int mapWidth, int channels) = backbone.Map();
        var map = new ImageInputSpec(mapHeight, mapWidth, channels, patch, patch, 1, 1);
        EquatableArray<LayerSpec> layers = layer is null ? default : EquatableArray.Of(layer);
        return new PatchMoESpec("wrn", new ModelSpec(map, layers, new HeadSpec(HeadKind.Linear, 3, Bias: true), Loss.SoftmaxCrossEntropy, backbone));
    }

    /// <summary>A module with random weights, including batch norm statistics, and random images.</summary>
    private static (WideResNet Module, float[] Parameters, float[] Input) Make(PatchMoESpec spec)
    {
        var random = new Random(11);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var module = new WideResNet(spec);
        var parameters = new float[module.BufferLength];
        foreach (ParameterSpec tensor in module.TensorSpecs)
        {
            double scale = 1 / Math.Sqrt(Math.Max(tensor.Length / tensor.Shape[0], 1));
            for (int i = 0; i < tensor.Length; i++)
            {
                parameters[tensor.Offset + i] = (float)(tensor.Role == ParameterRole.NormVariance ? 0.5 + random.NextDouble() : scale * Normal());
            }
        }

        module.SetWeights(parameters);
        float[] input = [.. Enumerable.Range(0, Images * spec.Model.InputLength()).Select(_ => (float)Normal())];
        return (module, parameters, input);
    }
}
