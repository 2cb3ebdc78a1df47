using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints how many of an instance's patches count.</summary>
internal static class LayerText
{
    /// <summary>
    /// The valid patches of an instance: its own count in layer 0; above groups, that of patches up to the last with a valid patch below it; above a sequence, that of the windows
    /// which a sequence of the sample's own length has.
    /// </summary>
    public static Expression Valid(SourceWriter writer, IlgpuLayerPlan plan, Expression instance, string name = "valid")
    {
        LayerPlan layer = plan.Layer;
        if (!plan.IsRagged)
        {
            return layer.Patches;
        }

        if (plan.Windows.Count > 0)
        {
            return writer.Let(name, $"ValidWindows(lengths, {instance})");
        }

        string count = layer.Index == 0 ? $"lengths[{instance}]"
            : $"FilledPatches.Count(lengths, {instance * (layer.Patches * layer.PatchGroups)}, {layer.Patches}, {layer.PatchGroups})";
        return writer.Let(name, Expression.Raw($"lengths.Length > 0 ? {count} : {layer.Patches}"));
    }

    /// <summary>Prints the method that counts these windows.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="plan">The layer.</param>
    /// <param name="patches">n of layer 0.</param>
    public static void WriteValidWindows(SourceWriter writer, IlgpuLayerPlan plan, int patches)
    {
        writer.Summary("The windows that a sample's sequence has: without padding they lie within its valid patches, with padding their middle is a valid patch.");
        using (writer.Block("private static int ValidWindows(ArrayView<int> lengths, int sample)"))
        {
            writer.Lines($"int valid = lengths.Length > 0 ? lengths[sample] : {patches};");
            foreach (WindowSpec window in plan.Windows)
            {
                (int height, int stride) = (window.Height, window.StrideHeight);
                Expression below = Expression.Name("valid");
                if (window.Padding == Padding.Same && stride > 1)
                {
                    writer.Lines($"valid = {Expression.CeilingOver(below, stride)};");
                }
                else if (window.Padding == Padding.Valid && height + stride > 2)
                {
                    writer.Lines($"valid = valid < {height} ? 0 : {((below - height) / stride) + 1};");
                }
            }

            writer.Lines("return valid;");
        }
    }

    /// <summary>The patches that a unit takes, given the valid patches of its instance.</summary>
    public static Expression Taken(SourceWriter writer, IlgpuLayerPlan plan, Expression valid) =>
        plan.Layer.Taken == plan.Layer.Patches ? valid : writer.Let("taken", Expression.Min(valid, plan.Layer.Taken));

    /// <summary>The patches that a unit of an instance takes.</summary>
    public static Expression TakenBy(SourceWriter writer, IlgpuLayerPlan plan, Expression unit, Expression instance) =>
        plan.Layer.Token is not null ? writer.Let("taken", $"counts[{unit}]") : Taken(writer, plan, Valid(writer, plan, instance));

    /// <summary>Where the gate of a pair and its gradient lie: by its place in the unit's list or, of token choice, by its patch.</summary>
    public static Expression GateAt(LayerPlan layer, Expression unit, Expression place, Expression patch) =>
        layer.Token is null ? (unit.As("long") * layer.Taken) + place : (unit.As("long") * layer.Patches) + patch;

    /// <summary>What an instance's pooled sum is multiplied by, 1 / Z.</summary>
    public static string Scale(SourceWriter writer, LayerPlan layer, Expression taken)
    {
        writer.Lines((layer.HasRoutes ? layer.Spec.Pooling : Pooling.Selected) switch
        {
            Pooling.All => $"const float scale = 1f / {layer.Patches};",
            Pooling.Sum => "const float scale = 1f;",
            _ => taken.Value is not null ? $"const float scale = 1f / {taken};" : $"float scale = {taken} > 0 ? 1f / {taken} : 0f;",
        });
        return "scale";
    }
}
