namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>
/// How the gradient of a layer's patches is summed: a thread has one vector column of all patches of an instance, expert after expert or, where there is one expert for all, of a few
/// patches.
/// </summary>
/// <param name="Patches">Patches whose gradient a thread holds in registers at once.</param>
/// <param name="Columns">The threads along d, times <paramref name="Blocks"/>.</param>
/// <param name="Blocks">Threads that share the patches of an instance.</param>
/// <param name="Target">Where the gradients lie: as the patches do or, where those overlap, one after the other.</param>
/// <param name="Floats">Floats of a sample's gradients.</param>
internal sealed record InputGradientTiling(int Patches, ElementTiling Columns, int Blocks, PatchLayout Target, int Floats)
{
    private const int MaxPatches = 8;
    private const int MaxThreads = 128;

    public static InputGradientTiling Of(LayerPlan layer, PatchLayout layout)
    {
        PatchLayout target = layout.Overlapping ? layout.Copies(layer.Patches) : layout;
        int patches = Divide.Evenly(layer.Taken, MaxPatches);
        int blocks = layer.Routing == Routing.Dense ? Divide.Up(layer.Taken, patches) : 1;
        return new InputGradientTiling(
            patches,
            new ElementTiling(layout.Vectors * blocks, Math.Min(layout.Vectors * blocks, MaxThreads)),
            blocks,
            target,
            layer.Instances * target.InstanceStride * target.Vector);
    }
}
