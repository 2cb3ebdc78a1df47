using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission.Text;

/// <summary>A layer in words, for headers and documentation.</summary>
internal static class LayerDoc
{
    /// <summary>Routing, gate and pooling.</summary>
    public static string Summary(LayerPlan layer) => layer.Routing switch
    {
        Routing.Dense => "dense, every expert sees every patch",
        Routing.Sample => "sample, the best expert sees the whole sample",
        _ => $"expertChoice, each expert takes {layer.Taken} of {layer.Patches} patches, gate {SpecWords.Of(layer.Spec.Gate)}, pooling {SpecWords.Of(layer.Spec.Pooling)}",
    };

    /// <summary>Prints the documentation of a layer's class.</summary>
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        LayerShape shape = layer.Shape;
        string experts = layer.Routing == Routing.Dense && shape.Experts > 1
            ? $"{shape.Experts} × {shape.Neurons} neurons that see the same patches, computed as one expert of {layer.Neurons}"
            : $"{shape.Experts} experts × {shape.Neurons} neurons";
        string kernel = (layer.HasPanels ? "outer products on packed weights" : "dot products") + (layer.HasWindow ? ", a window of samples at a time" : string.Empty);
        string times = layer.Instances == 1 ? "once" : $"{layer.Instances} times";
        writer.Summary($"Layer {layer.Index}: {Summary(layer)}.");
        writer.Lines("/// <remarks>");
        writer.Comment("///", $"n = {shape.Patches} patches of d = {shape.Dimension}; {experts}; m = {shape.Outputs} outputs; {times} per sample.");
        writer.Comment("///", KernelDoc.Escape($"Patches: {layer.Access.Reason}{(layer.Access.Image is null ? $"; row step {layer.Access.RowStep}" : string.Empty)}."));
        writer.Comment("///", KernelDoc.Escape($"Experts: {kernel}: {layer.Kernel.Reason}."));
        writer.Lines("/// </remarks>");
    }
}
