using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>What several emitters say of an expert.</summary>
internal static class ExpertText
{
    /// <summary>The kernel of the pre-activations [l, M] where the weights are not packed.</summary>
    public static DotTiles Dots(LayerPlan layer) => new("Dot", layer.Dimension, layer.Kernel.ActivationStep, RowStep: 1, Blocked: layer.HasWindow, layer.Access.ExpertImage);

    /// <summary>1/Z as an expression of the patches taken.</summary>
    public static Expression Scale(LayerPlan layer) => (layer.Routing, layer.Spec.Pooling) switch
    {
        (Routing.ExpertChoice or Routing.TokenChoice, Pooling.All) when layer.Patches > 1 => $"1f / {layer.Patches}",
        (Routing.ExpertChoice or Routing.TokenChoice, Pooling.All or Pooling.Sum) => "1f",
        _ => Expression.Raw("taken == 0 ? 0f : 1f / taken"),
    };
}
