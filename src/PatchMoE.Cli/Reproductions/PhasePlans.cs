namespace PatchMoE.Cli.Reproductions;

/// <summary>The maps of the paper, on its data model in a size that takes minutes.</summary>
internal static class PhasePlans
{
    private const string Separate = "phase-separate";
    private const string Joint = "phase-joint";
    private const string JointOrder = "For joint training, the paper bounds the needed N by the order k⁴l⁶. That is an upper bound: slower growth agrees with it.";

    public static PhasePlan SeparatePatches { get; } = new(
        "separate, l",
        Separate,
        "l",
        "patches per expert l",
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16],
        [2, 3, 4, 5, 8, 12, 16],
        Patches,
        "For separate training, the paper bounds the needed N by the order l⁸. That is an upper bound: slower growth agrees with it.");

    public static PhasePlan JointPatches { get; } = new(
        "joint, l",
        Joint,
        "l",
        "patches per expert l",
        [1, 2, 3, 4, 6, 8, 10, 12, 14, 16],
        [1, 2, 4, 8, 16],
        Patches,
        JointOrder + " With l = 1 the routers cannot learn: the softmax over one patch is 1 whatever its score, so that no gradient reaches them.");

    public static PhasePlan JointExperts { get; } = new(
        "joint, k",
        Joint,
        "k",
        "experts k, of the same number of neurons each",
        [3, 4, 6, 8, 12, 16],
        [3, 4, 8, 16],
        Experts,
        JointOrder);

    public static PhasePlan SeparateNeurons { get; } = new(
        "separate, m",
        Separate,
        "m",
        "neurons m of all experts together",
        [2, 4, 8, 16, 32, 64],
        [2, 8, 32],
        Neurons,
        "For separate training, the paper proves that neurons of the order l¹⁰ are enough, an upper bound; with enough neurons, its bound on N does not depend on m.");

    public static PhasePlan JointNeurons { get; } = new(
        "joint, m",
        Joint,
        "m",
        "neurons m of all experts together",
        [4, 8, 16, 32, 64, 128],
        [4, 16, 64],
        Neurons,
        "For joint training, the paper proves that neurons of the order k³n²l⁶ are enough, an upper bound; with enough neurons, its bound on N does not depend on m.");

    private static PatchMoESpec Patches(PatchMoESpec spec, int value) => WithLayer(spec, layer => layer with { PatchesPerExpert = value });

    private static PatchMoESpec Experts(PatchMoESpec spec, int value) => WithLayer(spec, layer => layer with { Experts = value });

    private static PatchMoESpec Neurons(PatchMoESpec spec, int value) => WithLayer(spec, layer => layer with { NeuronsPerExpert = value / layer.Experts });

    private static PatchMoESpec WithLayer(PatchMoESpec spec, Func<LayerSpec, LayerSpec> change) =>
        spec with { Model = spec.Model with { Layers = EquatableArray.Of(change(spec.Model.Layers[0])) } };
}
