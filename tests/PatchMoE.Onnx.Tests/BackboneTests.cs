using PatchMoE.Tests.Parity;
using PatchMoE.TorchSharp.Tests.Backbones;

namespace PatchMoE.Onnx.Tests;

/// <summary>Exported Wide ResNets, plain and with a pMoE layer, against plain loops.</summary>
public class BackboneTests
{
    private const int Images = 3;

    private static readonly LayerSpec s_chosen = new(Routing.ExpertChoice, 3, 4, 2, Gate.SoftmaxAll, Pooling.All, Bias: true);

    private static IEnumerable<TestCaseData> Networks =>
    [
        Case("plain", Network(7, 6, null, null)),
        Case("two blocks a group", Network(5, 8, null, null, blocks: 2)),
        Case("features", Network(9, 7, LayerOutput.Features, s_chosen)),
        Case("features, all patches", Network(6, 6, LayerOutput.Features, new LayerSpec(Routing.Dense, 2, 3))),
        Case("features of a sample's expert", Network(6, 6, LayerOutput.Features, new LayerSpec(Routing.Sample, 2, 3))),
        Case("map", Network(9, 7, LayerOutput.Map, s_chosen with { Pooling = Pooling.Selected })),
        Case("map without gates", Network(9, 7, LayerOutput.Map, s_chosen with { Gate = Gate.None, Pooling = Pooling.Selected })),
        Case("map of overlapping patches", Network(12, 12, LayerOutput.Map, s_chosen with { Gate = Gate.Sigmoid, Pooling = Pooling.Selected }, patch: 2)),
        Case("map of all patches", Network(6, 5, LayerOutput.Map, new LayerSpec(Routing.Dense, 2, 3, Bias: true))),
        Case("map of a sample's expert", Network(6, 5, LayerOutput.Map, new LayerSpec(Routing.Sample, 2, 3, Bias: true))),
    ];

    [TestCaseSource(nameof(Networks))]
    public void AgreesWithPlainLoops(PatchMoESpec spec)
    {
        var random = new Random(11);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var parameters = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
        foreach (ParameterSpec tensor in spec.Model.Parameters())
        {
            double scale = 1 / Math.Sqrt(Math.Max(tensor.Length / tensor.Shape[0], 1));
            for (int i = 0; i < tensor.Length; i++)
            {
                parameters[tensor.Offset + i] = (float)(tensor.Role == ParameterRole.NormVariance ? 0.5 + random.NextDouble() : scale * Normal());
            }
        }

        float[] input = [.. Enumerable.Range(0, Images * spec.Model.InputLength()).Select(_ => (float)Normal())];
        using OnnxSession session = OnnxSession.Of(spec, parameters);
        OnnxResult result = session.Run(input);

        var plain = new PlainWideResNet(spec.Model, parameters);
        double[] expected = [.. input.Chunk(spec.Model.InputLength()).SelectMany(plain.Logits)];
        Agreement.Check("logits", result.Logits, expected);
        Assert.That(result.Routes is null, Is.EqualTo(spec.Model.RouteShape().Count == 0));
    }

    private static TestCaseData Case(string name, PatchMoESpec spec) => new TestCaseData(spec).SetArgDisplayNames(name);

    private static PatchMoESpec Network(int height, int width, LayerOutput? output, LayerSpec? layer, int blocks = 1, int patch = 1)
    {
        var backbone = new BackboneSpec(height, width, 2, EquatableArray.Of(4, 6, 5), blocks, 3, output);
        (int mapHeight, int mapWidth, int channels) = backbone.Map();
        var map = new ImageInputSpec(mapHeight, mapWidth, channels, patch, patch, 1, 1);
        EquatableArray<LayerSpec> layers = layer is null ? default : EquatableArray.Of(layer);
        return new PatchMoESpec("wrn", new ModelSpec(map, layers, new HeadSpec(HeadKind.Linear, 3, Bias: true), Loss.SoftmaxCrossEntropy, backbone));
    }
}
