using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints how many of an instance's patches count.</summary>
internal static class LayerText
{
    /// <summary>The valid patches of an instance: its own count in layer 0; above, that of patches up to the last with a valid patch below it.</summary>
    public static Expression Valid(SourceWriter writer, LayerPlan layer, Expression instance, string name = "valid")
    {
        string? count = layer.Index == 0 ? $"lengths[{instance}]"
            : layer.PatchGroups > 0 ? $"FilledPatches.Count(lengths, {instance * (layer.Patches * layer.PatchGroups)}, {layer.Patches}, {layer.PatchGroups})"
            : null;
        return count is null ? layer.Patches : writer.Let(name, Expression.Raw($"lengths.Length > 0 ? {count} : {layer.Patches}"));
    }

    public static Expression Taken(SourceWriter writer, LayerPlan layer, Expression valid) =>
        layer.Taken == layer.Patches ? valid : writer.Let("taken", Expression.Min(valid, layer.Taken));

    /// <summary>What an instance's pooled sum is multiplied by, 1 / Z.</summary>
    public static string Scale(SourceWriter writer, LayerPlan layer, Expression taken)
    {
        writer.Lines((layer.Routing == Routing.ExpertChoice ? layer.Spec.Pooling : Pooling.Selected) switch
        {
            Pooling.All => $"const float scale = 1f / {layer.Patches};",
            Pooling.Sum => "const float scale = 1f;",
            _ => taken.Value is not null ? $"const float scale = 1f / {taken};" : $"float scale = {taken} > 0 ? 1f / {taken} : 0f;",
        });
        return "scale";
    }
}
