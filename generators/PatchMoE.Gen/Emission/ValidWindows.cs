using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// How many patches of a layer above others are valid. Windows over a sequence are those that a sequence of the sample's own length would have: without padding they lie
/// within its valid patches, with padding their centre is a valid patch.
/// </summary>
internal static class ValidWindows
{
    public static Expression Of(ModelPlan plan, LayerPlan layer)
    {
        if (layer.Spec.Window is not { } window || !plan.HasLengths)
        {
            return layer.Patches;
        }

        Place below = (Place)"integers" + $"Slot.Layer{layer.Index - 1}Integers" + BlockPlan.Valid;
        (int height, int stride) = (window.Height, window.StrideHeight);
        return window.Padding == Padding.Same
            ? Expression.CeilingOver(below, stride)
            : height == 1 && stride == 1 ? below : Expression.Raw($"{below} < {height} ? 0 : {(((Expression)below - height) / stride) + 1}");
    }
}
