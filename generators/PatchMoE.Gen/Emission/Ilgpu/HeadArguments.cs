using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>The arrays of head and loss, as their kernels know them and as the passes hand them over.</summary>
internal static class HeadArguments
{
    public static Argument Logits { get; } = Argument.Floats("logits", "buffers.Logits");

    public static Argument LogitsGradient { get; } = Argument.Floats("logitsGradient", "scratch.LogitsGradient");

    public static Expression Outputs(IlgpuPlan plan) => $"scratch.Layer{plan.Model.Top.Index}Outputs";
}
