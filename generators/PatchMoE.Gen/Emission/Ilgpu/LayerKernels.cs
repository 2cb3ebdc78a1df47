using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>The kernels of a layer, in the order in which they run, and their file.</summary>
internal static class LayerKernels
{
    /// <summary>The routing; null for dense.</summary>
    public static GpuKernel? Route(IlgpuLayerPlan plan) => plan.Layer.Routing switch
    {
        Routing.ExpertChoice => RouteEmitter.Of(plan),
        Routing.Sample => SampleRouteEmitter.Of(plan),
        Routing.TokenChoice => TokenRouteEmitter.Of(plan),
        _ => null,
    };

    public static IEnumerable<GpuKernel> Forward(IlgpuLayerPlan plan) => Some(Route(plan), ExpertsForwardEmitter.Of(plan));

    public static IEnumerable<GpuKernel> WeightGradients(IlgpuPlan plan, IlgpuLayerPlan layer) => Some(
        PoolBackwardEmitter.Of(layer),
        layer.Layer is { Token: not null, TrainsRouter: true } ? TokenBackwardEmitter.Of(layer) : null,
        WeightGradientEmitter.Experts(layer, plan.PartialStep),
        WeightGradientEmitter.Router(layer, plan.PartialStep),
        BiasGradientEmitter.Of(layer, plan.PartialStep));

    /// <summary>The auxiliary losses, which are added to the samples', and what the router's gradient needs of them; none without.</summary>
    public static IEnumerable<GpuKernel> Auxiliary(IlgpuLayerPlan plan) => plan.Auxiliary is { } sums ? [AuxiliaryEmitter.Sums(plan, sums), AuxiliaryEmitter.Losses(plan, sums)] : [];

    /// <summary>To the gradient of the patches, which is 0 before.</summary>
    public static IEnumerable<GpuKernel> InputGradients(IlgpuPlan plan, IlgpuLayerPlan layer) =>
        Some(InputGradientEmitter.Of(layer), layer.Folds ? FoldEmitter.Of(layer) : null);

    public static IEnumerable<GpuKernel> All(IlgpuPlan plan, IlgpuLayerPlan layer) => [.. Forward(layer), .. Auxiliary(layer), .. WeightGradients(plan, layer), .. InputGradients(plan, layer)];

    public static void Write(SourceWriter writer, IlgpuPlan plan, IlgpuLayerPlan layer)
    {
        writer.Kernels($"Layer{layer.Layer.Index}", $"Layer {layer.Layer.Index} on a GPU: {LayerDoc.Summary(layer.Layer)}.", All(plan, layer), () =>
        {
            if (layer.Layer.Token is not null || (layer.Selection is not null && layer.Selection.Kernel != DeviceSelectionKernel.Single))
            {
                writer.Lines(SelectText.Key);
            }

            writer.Gap();
            if (layer.Windows.Count > 0)
            {
                LayerText.WriteValidWindows(writer, layer, plan.Layers[0].Layer.Patches);
            }

            if (layer.Capacity is { } capacity && layer.IsRagged)
            {
                TokenRouteEmitter.WriteCapacity(writer, layer, capacity);
            }

            writer.Gap();
            GradientTiles.WriteLoad(writer, layer.Layout);
            if (layer.RouterGradient is not null && layer.Routed.Vector != layer.Layout.Vector)
            {
                GradientTiles.WriteLoad(writer, layer.Routed);
            }
        });
    }

    private static IEnumerable<GpuKernel> Some(params GpuKernel?[] kernels) => kernels.OfType<GpuKernel>();
}
