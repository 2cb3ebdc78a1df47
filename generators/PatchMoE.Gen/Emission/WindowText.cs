using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>What the kernels of a window call in common.</summary>
internal static class WindowText
{
    /// <summary>The pooling of neurons from…to−1 of expert s, whose activations are complete.</summary>
    public static Method PoolRows(LayerPlan layer) => new(
        "PoolRows",
        Parameter.Floats("slots"),
        Parameter.Integers("integers"),
        Parameter.Number("samples"),
        Parameter.Floats("parameters").When(layer.HasBias),
        Parameter.Number("s").When(layer.Experts > 1),
        Parameter.Number("from"),
        Parameter.Number("to"));
}
