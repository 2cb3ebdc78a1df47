using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>The kernels of a layer, in the order in which they run, and their file.</summary>
internal static class LayerKernels
{
    /// <summary>The routing; null for dense.</summary>
    public static GpuKernel? Route(IlgpuLayerPlan plan) => plan.Layer.Routing switch
    {
        Routing.ExpertChoice => RouteEmitter.Describe(plan),
        Routing.Sample => SampleRouteEmitter.Describe(plan),
        _ => null,
    };

    /// <summary>The forward pass.</summary>
    public static IEnumerable<GpuKernel> Forward(IlgpuLayerPlan plan) =>
        [.. Route(plan) is { } route ? [route] : Array.Empty<GpuKernel>(), GatherConvEmitter.Describe(plan)];

    /// <summary>From the outputs' gradient to the weights'.</summary>
    public static IEnumerable<GpuKernel> WeightGradients(IlgpuLayerPlan plan) =>
    [
        UnpoolEmitter.Describe(plan),
        .. WeightGradientsEmitter.Describe(plan),
        .. plan.Layer.HasBias ? [BiasGradientEmitter.Describe(plan)] : Array.Empty<GpuKernel>(),
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<GpuKernel> All(IlgpuLayerPlan plan) => [.. Forward(plan), .. WeightGradients(plan), InputGradientEmitter.Describe(plan)];

    public static void Write(SourceWriter writer, IlgpuPlan plan, IlgpuLayerPlan layer)
    {
        writer.Lines($"/// <summary>Layer {layer.Layer.Index} on a GPU: {LayerDoc.Summary(layer.Layer)}.</summary>");
        using (writer.Block($"internal static class Layer{layer.Layer.Index}"))
        {
            switch (layer.Layer.Routing)
            {
                case Routing.ExpertChoice:
                    RouteEmitter.Write(writer, layer);
                    writer.Gap();
                    break;
                case Routing.Sample:
                    SampleRouteEmitter.Write(writer, layer);
                    writer.Gap();
                    break;
            }

            GatherConvEmitter.Write(writer, layer);
            writer.Gap();
            UnpoolEmitter.Write(writer, layer);
            writer.Gap();
            WeightGradientsEmitter.Write(writer, layer, plan.PartialStep);
            if (layer.Layer.HasBias)
            {
                writer.Gap();
                BiasGradientEmitter.Write(writer, layer, plan.PartialStep);
            }

            writer.Gap();
            InputGradientEmitter.Write(writer, layer);
            if (layer.Folds)
            {
                writer.Gap();
                FoldEmitter.Write(writer, plan.Model);
            }

            if (layer.Layer.Routing == Routing.ExpertChoice)
            {
                writer.Gap();
                writer.Lines(SelectText.Key);
            }

            writer.Gap();
            OuterText.WriteLoad(writer, layer.Rows);
            DeviceRows sums = DeviceRows.Dense(1, layer.Layer.Dimension);
            if (layer.Layer.Routing == Routing.Sample && sums.Vector != layer.Rows.Vector)
            {
                writer.Gap();
                OuterText.WriteLoad(writer, sums);
            }
        }
    }
}
