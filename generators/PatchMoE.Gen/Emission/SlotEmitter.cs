using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints where a sample's values lie in its scratch.</summary>
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
                if (layer.Map is { } map)
                {
                    string border = map.HasBorder ? ", with its border of zeros" : string.Empty;
                    Place($"Layer{layer.Index}Outputs", layer.OutputsOffset, $"The map z of layer {layer.Index}, [{map.AllRows}, {map.AllColumns}, {map.Channels}]{border}.");
                    Place($"Layer{layer.Index}OutputGradients", layer.OutputGradientsOffset, $"∂L/∂z, in the same layout.");
                    continue;
                }

                Place($"Layer{layer.Index}Outputs", layer.OutputsOffset, $"The outputs y of layer {layer.Index}, {outputs}.");
                Place($"Layer{layer.Index}OutputGradients", layer.OutputGradientsOffset, $"∂L/∂y, {outputs}.");
            }

            if (slots.Selection >= 0)
            {
                Place("Selection", slots.Selection, "Integers: scratch of the selection.");
            }

            if (slots.Sample >= 0)
            {
                Place("Sample", slots.Sample, "An integer: the sample's index in the input.");
            }

            Place("Logits", slots.Logits, $"[{plan.Head.Outputs}].");
            Place("LogitsGradient", slots.LogitsGradient, $"[{plan.Head.Outputs}].");
            Place("Loss", slots.Loss, "One double.");
            Place("Floats", slots.Floats, "The slot's length in floats.");
            writer.Lines($"/// <summary>The slot's length in integers.</summary>\npublic const int Integers = {slots.Integers};");
        }
    }
}
