using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints where a sample's values lie in its scratch, and names those places for the other emitters.</summary>
internal static class SlotEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        Slots slots = plan.Slots;
        writer.Lines("/// <summary>A sample's scratch: where its values lie, in floats or integers from the slot's beginning.</summary>");
        using (writer.Block("internal static class Slot"))
        {
            void Place(string name, int offset, string doc) => writer.Lines($"/// <summary>{doc}</summary>\npublic const int {name} = {offset};\n");

            if (slots.Patches >= 0)
            {
                string shape = $"[{plan.Bottom.Patches}, {plan.Bottom.Dimension}]";
                Place("Patches", slots.Patches, plan.Bottom.Access.Source == PatchSource.Chosen
                    ? $"The patches taken as rows, [{plan.Bottom.Experts}, {plan.Bottom.Taken}, {plan.Bottom.Dimension}]."
                    : $"The patches as rows, {shape}.");
            }

            foreach (LayerPlan layer in plan.Layers)
            {
                string many = layer.Instances == 1 ? "The block" : $"The {layer.Instances} blocks";
                string outputs = layer.Instances == 1 ? $"[{layer.Outputs}]" : $"[{layer.Instances}, {layer.Outputs}]";
                Place($"Layer{layer.Index}", layer.Floats, $"{many} of layer {layer.Index}, {layer.Block.Floats} floats each.");
                Place($"Layer{layer.Index}Integers", layer.Integers, $"Its integers, {layer.Block.Integers} a block.");
                Place($"Layer{layer.Index}Outputs", layer.OutputsOffset, $"The outputs y of layer {layer.Index}, {outputs}.");
                Place($"Layer{layer.Index}OutputGradients", layer.OutputGradientsOffset, $"∂L/∂y, {outputs}.");
            }

            if (slots.Selection >= 0)
            {
                Place("Selection", slots.Selection, "Integers: scratch of the selection.");
            }

            Place("Logits", slots.Logits, $"[{plan.Head.Outputs}].");
            Place("LogitsGradient", slots.LogitsGradient, $"[{plan.Head.Outputs}].");
            Place("Loss", slots.Loss, "One double.");
            Place("Floats", slots.Floats, "The slot's length in floats.");
            writer.Lines($"/// <summary>The slot's length in integers.</summary>\npublic const int Integers = {slots.Integers};");
        }
    }

    /// <summary>The float block of a layer's instance g.</summary>
    public static string Block(LayerPlan layer) => Format.At("slot", $"Slot.Layer{layer.Index}", ("g", Step(layer, layer.Block.Floats)));

    /// <summary>The integer block of a layer's instance g.</summary>
    public static string IntegerBlock(LayerPlan layer) => Format.At("integers", $"Slot.Layer{layer.Index}Integers", ("g", Step(layer, layer.Block.Integers)));

    /// <summary>The outputs of a layer's instance g.</summary>
    public static string Outputs(LayerPlan layer) => Format.At("slot", $"Slot.Layer{layer.Index}Outputs", ("g", Step(layer, layer.Outputs)));

    /// <summary>The gradient of the outputs of a layer's instance g.</summary>
    public static string OutputGradients(LayerPlan layer) => Format.At("slot", $"Slot.Layer{layer.Index}OutputGradients", ("g", Step(layer, layer.Outputs)));

    /// <summary>A step from instance to instance; a layer that runs once has none.</summary>
    public static int Step(LayerPlan layer, int step) => layer.Instances == 1 ? 0 : step;
}
