namespace PatchMoE.Tests.Parity;

/// <summary>Networks whose sizes make the planner choose kernels for which the random ones are too small.</summary>
internal static class SizeSpecs
{
    /// <summary>Each with what it covers.</summary>
    public static IReadOnlyDictionary<string, PatchMoESpec> All { get; } = new Dictionary<string, PatchMoESpec>
    {
        ["window, overlapping patches, softmaxAll, d odd"] = Of(
            new ImageInputSpec(7, 3, 1171, 3, 3, 2, 3),
            Choice(5, 21, 2, Gate.SoftmaxAll, bias: true)),
        ["window, a last block of one value, softmaxSelected"] = Of(
            new VectorsInputSpec(3, 65537, default),
            Choice(2, 9, 2, Gate.SoftmaxSelected)),
        ["window, whole vectors, no gate, more than one window's rows"] = Of(
            new VectorsInputSpec(5, 4096, default),
            Choice(8, 35, 4, Gate.None)),
        ["window, panels packed in equal blocks, the last with empty lanes"] = Of(
            new VectorsInputSpec(5, 4096, default),
            Choice(3, 86, 4, Gate.None, bias: true)),
        ["window, panels packed in blocks, one of them per expert"] = Of(
            new VectorsInputSpec(3, 13001, default),
            Choice(6, 15, 1, Gate.SoftmaxAll)),
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
        ["long pixel rows, dot products"] = Of(
            new ImageInputSpec(5, 7, 87, 2, 3, 2, 2),
            Choice(3, 5, 2, Gate.SoftmaxSelected, bias: true)),
        ["long pixel rows, panels, overlapping patches"] = Of(
            new ImageInputSpec(5, 6, 129, 3, 2, 1, 1),
            Choice(3, 33, 7, Gate.Sigmoid)),
        ["long pixel rows, softmaxAll"] = Of(
            new ImageInputSpec(5, 6, 100, 2, 3, 1, 3),
            Choice(6, 9, 3, Gate.SoftmaxAll)),
        ["long pixel rows, sample"] = Of(
            new ImageInputSpec(4, 6, 131, 2, 2, 2, 2),
            new LayerSpec(Routing.Sample, 3, 7, Bias: true)),
        ["long pixel rows, dense"] = Of(
            new ImageInputSpec(6, 4, 128, 2, 2, 2, 2),
            new LayerSpec(Routing.Dense, 2, 17)),
        ["long pixel rows, window, softmaxAll"] = Of(
            new ImageInputSpec(8, 8, 523, 4, 4, 4, 4),
            Choice(2, 70, 2, Gate.SoftmaxAll)),
        ["one pixel row, uneven steps"] = Of(
            new ImageInputSpec(4, 7, 130, 1, 2, 2, 2),
            Choice(3, 6, 4, Gate.SoftmaxSelected)),
        ["taken patches copied, dot products"] = Of(
            new ImageInputSpec(13, 12, 19, 3, 3, 3, 3),
            Choice(2, 5, 3, Gate.None)),
        ["taken patches copied, panels, overlapping patches"] = Of(
            new ImageInputSpec(9, 9, 16, 2, 2, 1, 1),
            Choice(4, 48, 8, Gate.SoftmaxSelected, bias: true)),
        ["few patches of many samples together, dot products"] = Of(
            new VectorsInputSpec(9, 701, default),
            Choice(3, 9, 2, Gate.SoftmaxSelected, bias: true)),
        ["few patches of many samples together, copied when taken"] = Of(
            new ImageInputSpec(16, 16, 19, 4, 4, 4, 4),
            Choice(2, 9, 3, Gate.Sigmoid)),
        ["window, panels, neurons that leave lanes empty"] = Of(
            new VectorsInputSpec(6, 601, default),
            Choice(9, 50, 5, Gate.SoftmaxAll, bias: true)),
        ["window, panels, long pixel rows, steps of 128 neurons"] = Of(
            new ImageInputSpec(8, 8, 100, 4, 4, 4, 4),
            Choice(2, 128, 3, Gate.SoftmaxSelected)),
        ["window, panels of two widths, many patches of weights over 4 MB"] = Of(
            new VectorsInputSpec(11, 1300, default),
            Choice(11, 80, 9, Gate.None)),
        ["dense, a row at a time over active patches, panels"] = Of(
            new ImageInputSpec(24, 24, 1, 12, 12, 12, 12),
            new LayerSpec(Routing.Dense, 1, 40)),
        ["dense, a row at a time over active patches, an end that overlaps"] = Of(
            new VectorsInputSpec(5, 150, default),
            new LayerSpec(Routing.Dense, 2, 12, Bias: true)),
        ["dense, dot products, a row at a time over active patches"] = Of(
            new VectorsInputSpec(6, 201, default),
            new LayerSpec(Routing.Dense, 1, 17)),
        ["experts shared by workers, dot products"] = Of(
            new VectorsInputSpec(7, 33, default),
            Choice(9, 5, 3, Gate.SoftmaxSelected, bias: true)),
        ["experts shared by workers, panels, patches copied"] = Of(
            new ImageInputSpec(6, 6, 3, 2, 2, 2, 2),
            Choice(16, 33, 4, Gate.Sigmoid)),
        ["experts shared by workers, taken patches copied, no gate"] = Of(
            new ImageInputSpec(16, 16, 2, 2, 2, 2, 2),
            Choice(12, 6, 16, Gate.None)),
        ["experts of one sample shared by workers"] = Of(
            new VectorsInputSpec(40, 21, default),
            Choice(8, 7, 2, Gate.SoftmaxSelected, bias: true)),
        ["scores in a panel, parts of whose experts workers compute"] = Of(
            new VectorsInputSpec(71, 33, default),
            Choice(16, 16, 5, Gate.SoftmaxSelected)),
        ["scores in two panels, the second with empty lanes, patches asked for"] = Of(
            new VectorsInputSpec(131, 133, default),
            Choice(28, 13, 9, Gate.SoftmaxAll, bias: true)),
        ["threshold"] = Of(new VectorsInputSpec(100, 9, default), Choice(3, 17, 40, Gate.SoftmaxSelected)),
        ["rounds"] = Of(new VectorsInputSpec(70, 20, default), Choice(3, 4, 3, Gate.SoftmaxAll)),
        ["sort"] = Of(new VectorsInputSpec(300, 5, default), Choice(2, 3, 270, Gate.None)),
        ["token choice, window, panels, a capacity by score, every loss"] = Of(
            new VectorsInputSpec(9, 601, default),
            Token(9, 50, Gate.SoftmaxAll, new TokenChoiceSpec(2) { CapacityFactor = 0.8, Priority = Priority.Score, Balance = new BalanceSpec(BalanceKind.Switch, 0.1), ZLoss = 0.02 })),
        ["token choice, window, dot products, long pixel rows"] = Of(
            new ImageInputSpec(8, 8, 523, 4, 4, 4, 4),
            Token(5, 35, Gate.SoftmaxSelected, new TokenChoiceSpec(2) { CapacityFactor = 0.7 })),
        ["token choice, panels, patches copied, the router's row with the neurons'"] = Of(
            new ImageInputSpec(16, 16, 3, 2, 2, 2, 2),
            Token(6, 48, Gate.SoftmaxSelected, new TokenChoiceSpec(2))),
        ["token choice, a sort by score"] = Of(
            new VectorsInputSpec(150, 21, default),
            Token(8, 7, Gate.Sigmoid, new TokenChoiceSpec(3) { CapacityFactor = 0.6, Priority = Priority.Score, Balance = new BalanceSpec(BalanceKind.Importance, 0.3) })),
        ["token choice, window in groups, losses on both levels"] = Of(
            new VectorsInputSpec(4, 8003, EquatableArray.Of(3)),
            Token(3, 17, Gate.SoftmaxAll, new TokenChoiceSpec(1) { Balance = new BalanceSpec(BalanceKind.Switch, 0.1) }),
            Token(4, 5, Gate.None, new TokenChoiceSpec(2) { ZLoss = 0.05 })),
    };

    private static LayerSpec Choice(int experts, int neurons, int taken, Gate gate, bool bias = false) =>
        new(Routing.ExpertChoice, experts, neurons, taken, gate, Pooling.Selected, bias);

    private static LayerSpec Token(int experts, int neurons, Gate gate, TokenChoiceSpec choice) =>
        new(Routing.TokenChoice, experts, neurons, Gate: gate, Bias: true) { Choice = choice };

    private static PatchMoESpec Of(InputSpec input, params LayerSpec[] layers) =>
        new("Sizes", new ModelSpec(input, EquatableArray.Of(layers), new HeadSpec(HeadKind.Linear, 3, Bias: true), Loss.SoftmaxCrossEntropy));
}
