namespace PatchMoE.Tests.Parity;

/// <summary>Networks whose sizes make the plan choose kernels that the random ones are too small for.</summary>
internal static class SizeSpecs
{
    /// <summary>Each by what it reaches.</summary>
    public static IReadOnlyDictionary<string, PatchMoESpec> All { get; } = new Dictionary<string, PatchMoESpec>
    {
        ["window, packed image, softmaxAll, d odd"] = Of(
            new ImageInputSpec(7, 3, 1171, 3, 3, 2, 3),
            Choice(5, 21, 2, Gate.SoftmaxAll, bias: true)),
        ["window, a last block of one value, softmaxSelected"] = Of(
            new VectorsInputSpec(3, 65537, default),
            Choice(2, 9, 2, Gate.SoftmaxSelected)),
        ["window, whole vectors, no gate, more than one window's rows"] = Of(
            new VectorsInputSpec(5, 4096, default),
            Choice(3, 86, 4, Gate.None)),
        ["window, many experts of a short row"] = Of(
            new VectorsInputSpec(6, 40, default),
            Choice(200, 132, 1, Gate.Sigmoid)),
        ["window, sample"] = Of(
            new VectorsInputSpec(3, 20011, default),
            new LayerSpec(Routing.Sample, 6, 9, Bias: true)),
        ["window in groups, dense, a layer above"] = Of(
            new VectorsInputSpec(2, 16001, EquatableArray.Of(3)),
            new LayerSpec(Routing.Dense, 2, 33, Bias: true),
            Choice(2, 5, 2, Gate.SoftmaxSelected)),
        ["wide stretches of columns, packed router gradient"] = Of(
            new VectorsInputSpec(7, 1603, default),
            Choice(9, 20, 3, Gate.SoftmaxAll)),
        ["threshold"] = Of(new VectorsInputSpec(100, 9, default), Choice(3, 17, 40, Gate.SoftmaxSelected)),
        ["insertion"] = Of(new VectorsInputSpec(70, 20, default), Choice(3, 4, 3, Gate.SoftmaxAll)),
        ["sort"] = Of(new VectorsInputSpec(300, 5, default), Choice(2, 3, 270, Gate.None)),
    };

    private static LayerSpec Choice(int experts, int neurons, int taken, Gate gate, bool bias = false) =>
        new(Routing.ExpertChoice, experts, neurons, taken, gate, Pooling.Selected, bias);

    private static PatchMoESpec Of(InputSpec input, params LayerSpec[] layers) =>
        new("Sizes", new ModelSpec(input, EquatableArray.Of(layers), new HeadSpec(HeadKind.Linear, 3, Bias: true), Loss.SoftmaxCrossEntropy));
}
