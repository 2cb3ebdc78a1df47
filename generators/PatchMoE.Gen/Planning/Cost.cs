namespace PatchMoE.Gen.Planning;

/// <summary>Floating-point operations, a multiply-add counted as two; what is linear in m·l or less is left out.</summary>
internal static class Cost
{
    /// <summary>The forward pass of one sample.</summary>
    public static long ForwardFlops(ModelPlan plan) => plan.Layers.Sum(LayerForwardFlops) + (2L * plan.Head.Inputs * plan.Head.Outputs);

    private static long LayerForwardFlops(LayerPlan layer)
    {
        long router = layer.Routing switch
        {
            Routing.ExpertChoice => 2L * layer.Patches * layer.Shape.Experts * layer.Dimension,
            Routing.Sample => (layer.Patches + (2L * layer.Shape.Experts)) * layer.Dimension,
            _ => 0,
        };
        long seeing = layer.Routing == Routing.Sample ? 1 : layer.Shape.Experts;
        return layer.Instances * (router + (2L * seeing * layer.Taken * layer.Shape.Neurons * layer.Dimension));
    }
}
