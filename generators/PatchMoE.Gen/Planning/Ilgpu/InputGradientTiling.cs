namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>How the gradient of a layer's patches is summed: a thread has one vector column of all patches of an instance.</summary>
/// <param name="Patches">Patches whose gradient a thread holds in registers at once.</param>
/// <param name="Columns">The threads along d.</param>
/// <param name="Target">Where the gradients lie: as the patches do or, where those overlap, one after the other.</param>
/// <param name="Floats">Floats of a sample's gradients.</param>
internal sealed record InputGradientTiling(int Patches, ElementTiling Columns, PatchLayout Target, int Floats)
{
    private const int MaxPatches = 8;
    private const int MaxThreads = 128;

    public static InputGradientTiling Of(LayerPlan layer, PatchLayout layout)
    {
        PatchLayout target = layout.Overlapping ? layout.Copies(layer.Patches) : layout;
        return new InputGradientTiling(
            Divide.Evenly(layer.Taken, MaxPatches),
            new ElementTiling(layout.Vectors, Math.Min(layout.Vectors, MaxThreads)),
            target,
            layer.Instances * target.InstanceStride * target.Vector);
    }
}
