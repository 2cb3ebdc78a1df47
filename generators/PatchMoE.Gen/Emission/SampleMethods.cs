using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>The methods that take one sample through the network in its scratch, and what their bodies have in common.</summary>
internal static class SampleMethods
{
    /// <summary>Where the parameters begin.</summary>
    public static Place Parameters { get; } = "ParameterBuffer.Start";

    /// <summary>Patches and routes of layer 0.</summary>
    public static Method Route(ModelPlan plan) => Private(
        "RouteSample",
        "in InputBatch batch, int b", ("ref float slot", plan.Bottom.Routing != Routing.Dense || plan.Bottom.Access.Copies), "ref int integers", Decoding(plan));

    public static Method ForwardLayers(ModelPlan plan) =>
        Private("ForwardLayers", ("in InputBatch batch, int b", ReadsBatch(plan)), "ref float slot, ref int integers", Panels(plan), ("ref float own", DecodesInLayers(plan)));

    public static Method Forward(ModelPlan plan) => Private(
        "ForwardSample", ("in InputBatch batch, int b", ReadsBatch(plan)), "ref float slot", ("ref int integers", HasLayersOfItsOwn(plan)), Panels(plan), ("ref float own", DecodesInLayers(plan)));

    public static Method BackwardLayers(ModelPlan plan) => Private(
        "BackwardLayers", "in GradientPass pass, int b, ref float slot, ref int integers", Own(plan), ("ref double auxiliary", plan.HasAuxiliary));

    public static Method Backward(ModelPlan plan) => BackwardLayers(plan) with { Name = "BackwardSample" };

    public static Method Loss { get; } = Private("LossOfSample", "in GradientPass pass, Workspace workspace, int b, ref float slot");

    /// <summary>Packed weights, where a layer that runs sample by sample needs them.</summary>
    public static ParameterList Panels(ModelPlan plan) => ("ref float panels", plan.Layers.Any(layer => layer.HasPanels && !layer.HasWindow));

    /// <summary>A worker's own scratch, in which patches' gradients lie before they are added up in those of the input or of a map.</summary>
    public static ParameterList Own(ModelPlan plan) => ("ref float own", HasOwn(plan));

    /// <summary>The same for a whole training pass of one sample.</summary>
    public static ParameterList OwnOfSample(ModelPlan plan) => ("ref float own", HasOwn(plan) || DecodesInLayers(plan));

    /// <summary>A worker's own scratch, into which an image of pixels is decoded.</summary>
    public static ParameterList Decoding(ModelPlan plan) => ("ref float own", plan.Bottom.Access.DecodesImage);

    public static Method Private(string name, params ParameterList[] parameters) => new(name, parameters) { Modifiers = "private" };

    /// <summary>Whether the layers that run sample by sample need the batch: for the input, or for the counts of valid patches.</summary>
    private static bool ReadsBatch(ModelPlan plan) => plan.Layers.Any(layer => !layer.HasWindow && layer.IsRagged);

    /// <summary>Whether a sample passes through layers by itself: not where the only one computes a window at a time.</summary>
    public static bool HasLayersOfItsOwn(ModelPlan plan) => plan.Layers.Any(layer => !layer.HasWindow);

    /// <summary>Defines <c>x</c>, the patches of sample b.</summary>
    public static void WritePatches(SourceWriter writer, ModelPlan plan)
    {
        if (plan.Bottom.Access.Source != PatchSource.Copies)
        {
            bool decodes = plan.Bottom.Access.DecodesImage;
            writer.Lines($"ref float x = ref {(decodes ? "batch.HasPixels ? ref own : ref " : string.Empty)}{Values(plan, "batch.Input")};");
            if (decodes)
            {
                writer.Block("if (batch.HasPixels)", () => writer.Lines(
                    $"Values.Decode(ref {Values(plan, "batch.Pixels")}, ref {Values(plan, "batch.Pixels", "Next")}, ref own, {plan.InputLength});"));
            }

            return;
        }

        writer.Lines("ref float x = ref Add(ref slot, Slot.Patches);");
        writer.Call(Im2ColEmitter.Sample.Of(Im2ColEmitter.Owner(plan)).Call(("rows", "x")));
    }

    /// <summary>Where sample b, or the next, begins in the input or the pixels of a batch.</summary>
    public static Place Values(ModelPlan plan, string samples, string which = "Sample") => (Place)samples + (((Expression)$"batch.{which}(b)").As("nint") * plan.InputLength);

    private static bool HasOwn(ModelPlan plan) => plan.Bottom.Access.Source == PatchSource.Copies || plan.Layers.Any(layer => layer.HasPatchGradientRows);

    private static bool DecodesInLayers(ModelPlan plan) => plan.Bottom is { HasWindow: false, Access.DecodesImage: true };

    /// <summary>Notes where sample b lies in the input, for the kernels over a window that read its patches there.</summary>
    public static void WriteSample(SourceWriter writer, ModelPlan plan)
    {
        if (plan.Slots.Sample >= 0)
        {
            writer.Lines("Add(ref integers, Slot.Sample) = batch.Sample(b);");
        }
    }

    /// <summary>
    /// The number of valid patches of instance g: its own count in layer 0; above groups, that of patches up to the last with a valid patch below it; above a sequence's map, the valid windows;
    /// otherwise all.
    /// </summary>
    public static Expression Valid(ModelPlan plan, LayerPlan layer)
    {
        if (layer.Index > 0 && layer.PatchGroups == 0)
        {
            return ValidWindows.Of(plan, layer);
        }

        Expression instance = layer.Instances == 1 ? "b" : (B * layer.Instances) + G;
        string count = layer.Index == 0
            ? ((Place)"batch.Lengths" + instance).ToString()
            : $"batch.FilledPatches({instance * (layer.Patches * layer.PatchGroups)}, {layer.Patches}, {layer.PatchGroups})";
        return plan.HasLengths ? Expression.Raw($"batch.HasLengths ? {count} : {layer.Patches}") : layer.Patches;
    }

    public static Place Patches(ModelPlan plan, LayerPlan layer) => layer.Index == 0
        ? (Place)"x" + (BlockPlaces.Instance(layer) * (layer.Patches * layer.Access.RowStep))
        : Outputs(plan.Layers[layer.Index - 1], "Outputs") + (BlockPlaces.Instance(layer) * (layer.Patches * layer.Dimension));

    /// <summary>The outputs of a layer in a sample's scratch, or their gradients.</summary>
    public static Place Outputs(LayerPlan layer, string what) => (Place)"slot" + $"Slot.Layer{layer.Index}{what}";

    public static Place InstanceOutputs(LayerPlan layer, string what) => Outputs(layer, what) + (BlockPlaces.Instance(layer) * layer.Outputs);

    /// <summary>The arguments of a method for instance g: its block, its integers, and scratch of the selection.</summary>
    public static (string Name, Expression Value)[] Block(LayerPlan layer, bool selects = false)
    {
        BlockPlaces block = BlockPlaces.InSlot(layer);
        (string, Expression)[] places = [("block", block.Floats), ("integers", block.Integers)];
        return selects && layer.Selection is not null ? [.. places, ("scratch", (Place)"integers" + "Slot.Selection")] : places;
    }

    /// <summary>The arguments of a layer that is to compute all of its experts, where it can compute a part.</summary>
    public static (string Name, Expression Value)[] AllExperts(LayerPlan layer) => [("first", 0), ("last", layer.Experts)];

    public static Call RouteCall(ModelPlan plan, LayerPlan layer) => LayerMethods.Route(layer).Of(LayerMethods.Owner(layer)).Call(
        [("x", Patches(plan, layer)), ("valid", Valid(plan, layer)), ("parameters", Parameters), ("panels", (Place)"workspace.Panels" + Math.Max(0, layer.Panels)), .. Block(layer, selects: true), .. AllExperts(layer)]);

    /// <summary>The call of a layer's forward pass for instance g.</summary>
    /// <param name="plan">The model.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="experts">Which experts, where it can compute a part of them.</param>
    public static Call ForwardCall(ModelPlan plan, LayerPlan layer, params (string Name, Expression Value)[] experts) =>
        LayerMethods.Forward(layer).Of(LayerMethods.Owner(layer)).Call(
            [
                ("x", Patches(plan, layer)),
                ("rows", (Place)"slot" + "Slot.Patches"),
                ("valid", Valid(plan, layer)),
                ("panels", (Place)"panels" + layer.Panels),
                .. Block(layer, selects: true),
                ("y", InstanceOutputs(layer, "Outputs")),
                .. experts,
            ]);
}
