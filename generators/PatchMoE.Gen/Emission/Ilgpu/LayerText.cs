using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>What a layer's kernels have in common.</summary>
internal static class LayerText
{
    /// <summary>Instances of a batch.</summary>
    public static string Instances(LayerPlan layer) => Index.Times("batch", layer.Instances);

    /// <summary>What the layer reads: the network's input, or the outputs below.</summary>
    public static GpuParameter Input(LayerPlan layer) =>
        GpuParameter.Floats("input", layer.Index == 0 ? "buffers.Input" : $"scratch.Layer{layer.Index - 1}Outputs");

    /// <summary>The counts of valid patches, in layer 0; empty if all are valid.</summary>
    public static IEnumerable<GpuParameter> Lengths(LayerPlan layer) =>
        layer.Index == 0 ? [GpuParameter.Integers("lengths", "buffers.Lengths")] : [];

    /// <summary>The layer's routes, where it has any.</summary>
    public static IEnumerable<GpuParameter> Routes(LayerPlan layer) =>
        layer.Routing == Routing.Dense ? [] : [GpuParameter.Integers("routes", $"scratch.Layer{layer.Index}Routes")];

    /// <summary>The layer's gates: of the chosen patches, or of the chosen expert.</summary>
    public static IEnumerable<GpuParameter> Gates(LayerPlan layer) =>
        layer.HasGate ? [GpuParameter.Floats("gates", $"scratch.Layer{layer.Index}Gates")]
        : layer.Routing == Routing.Sample ? [GpuParameter.Floats("probabilities", $"scratch.Layer{layer.Index}Probabilities")]
        : [];

    /// <summary>An instance's <c>valid</c>, <c>taken</c> and <c>scale</c> = 1 / Z.</summary>
    public static void WriteScale(SourceWriter writer, LayerPlan layer, string instance)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        writer.Lines($"int valid = {RowText.Valid(layer, instance)};");
        writer.Lines(choice ? $"int taken = Math.Min(valid, {layer.Taken});" : "int taken = valid;");
        writer.Lines((choice ? layer.Spec.Pooling : Pooling.Selected) switch
        {
            Pooling.All => $"const float scale = 1f / {layer.Patches};",
            Pooling.Sum => "const float scale = 1f;",
            _ => "float scale = taken > 0 ? 1f / taken : 0f;",
        });
    }
}
