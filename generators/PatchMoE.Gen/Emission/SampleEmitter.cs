using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the forward and the backward pass of one sample within its scratch: layer after layer, each instance on its own.</summary>
internal static class SampleEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        if (plan.Bottom.HasWindow)
        {
            WriteRoute(writer, plan);
            writer.Gap();
        }

        WriteForward(writer, plan);
        writer.Gap();
        WriteBackward(writer, plan);
    }

    /// <summary>Defines <c>x</c>, the patches of sample b.</summary>
    public static void WritePatches(SourceWriter writer, ModelPlan plan)
    {
        string input = $"ref Add(ref batch.Input, (nint)b * {plan.InputLength})";
        writer.Lines(plan.Bottom.Access.Source == PatchSource.Copies
            ? $"ref float x = ref Add(ref slot, Slot.Patches);\nPatchRows.Pack({input}, ref x);"
            : $"ref float x = {input};");
    }

    /// <summary>A loop over the instances of a layer; nothing around a layer that runs once.</summary>
    public static void WriteInstances(SourceWriter writer, int instances, Action body)
    {
        if (instances == 1)
        {
            body();
            return;
        }

        using (writer.Block($"for (int g = 0; g < {instances}; g++)"))
        {
            body();
        }
    }

    /// <summary>The number of valid patches of layer 0's instance g; the layers above see all of theirs.</summary>
    public static string Valid(LayerPlan layer)
    {
        string index = layer.Instances == 1 ? "b" : $"((nint)b * {layer.Instances}) + g";
        return layer.Index == 0 ? $"batch.HasLengths ? Add(ref batch.Lengths, {index}) : {layer.Patches}" : $"{layer.Patches}";
    }

    /// <summary>The patches of instance g of a layer.</summary>
    public static string Patches(ModelPlan plan, LayerPlan layer) => layer.Index == 0
        ? Format.At("x", "0", ("g", SlotEmitter.Step(layer, layer.Patches * layer.Access.RowStep)))
        : Format.At("slot", $"Slot.Layer{layer.Index - 1}Outputs", ("g", SlotEmitter.Step(layer, layer.Patches * layer.Dimension)));

    /// <summary>Layer 0's part before the pre-activations, which it computes for a whole window.</summary>
    private static void WriteRoute(SourceWriter writer, ModelPlan plan)
    {
        LayerPlan layer = plan.Bottom;
        writer.Lines("/// <summary>The patches and the routes of sample b in its scratch.</summary>");
        using (writer.Block("private void RouteSample(in InputBatch batch, int b, ref float slot, ref int integers)"))
        {
            WritePatches(writer, plan);
            string scratch = LayerEmitter.SelectsWith(layer, ", ref Add(ref integers, Slot.Selection)");
            WriteInstances(writer, layer.Instances, () => writer.Lines(
                $"Layer0.Route({Patches(plan, layer)}, {Valid(layer)}, ref ParameterBuffer.Start, {SlotEmitter.Block(layer)}, {SlotEmitter.IntegerBlock(layer)}{scratch});"));
            if (layer.Access.Source == PatchSource.Chosen)
            {
                writer.Lines($"Layer0.Take(ref x, {SlotEmitter.IntegerBlock(layer)}, ref Add(ref slot, Slot.Patches));");
            }
        }
    }

    /// <summary>Whether a sample passes through layers by itself: not where the only one computes a window at a time.</summary>
    public static bool HasLayersOfItsOwn(ModelPlan plan) => plan.Layers.Any(layer => !layer.HasWindow);

    private static void WriteForward(SourceWriter writer, ModelPlan plan)
    {
        string from = plan.Bottom.HasWindow ? " from layer 0's outputs on" : string.Empty;
        string layers = HasLayersOfItsOwn(plan) ? $"\n    ForwardLayers(in batch, b, ref slot, ref integers{PanelArgument(plan, "ref panels")});" : string.Empty;
        writer.Lines($$"""
            /// <summary>The forward pass of sample b{{from}}: its logits, and in the scratch all that the backward pass needs.</summary>
            private void ForwardSample(in InputBatch batch, int b, ref float slot, ref int integers{{PanelArgument(plan, "ref float panels")}})
            {{{layers}}
                Head.Forward(ref Add(ref slot, Slot.Layer{{plan.Top.Index}}Outputs), ref ParameterBuffer.Start, ref Add(ref slot, Slot.Logits));
            }
            """);
        if (!HasLayersOfItsOwn(plan))
        {
            return;
        }

        writer.Gap();
        writer.Lines($"/// <summary>The layers of sample b{from}, up to the feature vector that the head sees.</summary>");
        using (writer.Block($"private void ForwardLayers(in InputBatch batch, int b, ref float slot, ref int integers{PanelArgument(plan, "ref float panels")})"))
        {
            writer.Lines("ref float parameters = ref ParameterBuffer.Start;");
            if (!plan.Bottom.HasWindow)
            {
                WritePatches(writer, plan);
            }

            foreach (LayerPlan layer in plan.Layers.Where(layer => !layer.HasWindow))
            {
                if (layer.Index > 0)
                {
                    writer.Gap();
                }

                WriteInstances(writer, layer.Instances, () => writer.Lines(ForwardCall(plan, layer, "0", $"{layer.Experts}")));
            }
        }
    }

    /// <summary>The packed weights as a further argument or parameter of a sample's forward pass, where a layer of its own needs them.</summary>
    public static string PanelArgument(ModelPlan plan, string text) => plan.Layers.Any(layer => layer.HasPanels && !layer.HasWindow) ? $", {text}" : string.Empty;

    /// <summary>The call of a layer's forward pass, for experts first…last−1 where the layer can compute a part of them.</summary>
    public static string ForwardCall(ModelPlan plan, LayerPlan layer, string first, string last)
    {
        string scratch = LayerEmitter.SelectsWith(layer, ", ref Add(ref integers, Slot.Selection)");
        string panels = layer.HasPanels ? $", {PanelEmitter.Place(layer, "panels")}" : string.Empty;
        string copies = layer.Access.Source == PatchSource.Chosen ? ", ref Add(ref slot, Slot.Patches)" : string.Empty;
        string experts = LayerEmitter.InParts(layer, $", {first}, {last}");
        return $"Layer{layer.Index}.Forward({Patches(plan, layer)}{copies}, {Valid(layer)}, ref parameters{panels}, {SlotEmitter.Block(layer)}, {SlotEmitter.IntegerBlock(layer)}{scratch}, {SlotEmitter.Outputs(layer)}{experts});";
    }

    private static void WriteBackward(SourceWriter writer, ModelPlan plan)
    {
        writer.Lines($$"""
            /// <summary>The backward pass of sample b, from the logits' gradient down.</summary>
            private void BackwardSample(in GradientPass pass, int b, ref float slot, ref int integers, ref float own)
            {
                Head.Backward(ref ParameterBuffer.Start, ref Add(ref slot, Slot.LogitsGradient), ref Add(ref slot, Slot.Layer{{plan.Top.Index}}OutputGradients));
                BackwardLayers(in pass, b, ref slot, ref integers, ref own);
            }

            """);
        writer.Lines("/// <summary>The layers' backward pass of sample b, from the feature vector's gradient down, and the input's gradient if it is wanted.</summary>");
        using (writer.Block("private void BackwardLayers(in GradientPass pass, int b, ref float slot, ref int integers, ref float own)"))
        {
            writer.Lines("ref float parameters = ref ParameterBuffer.Start;");
            foreach (LayerPlan layer in plan.Layers.Reverse())
            {
                WriteLayer(writer, plan, layer);
            }

            writer.Gap();
            WriteInputGradient(writer, plan.Bottom, plan.InputLength);
        }
    }

    private static void WriteLayer(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        LayerPlan? below = layer.Index > 0 ? plan.Layers[layer.Index - 1] : null;
        if (below is not null)
        {
            writer.Lines($"Values.Clear(ref Add(ref slot, Slot.Layer{below.Index}OutputGradients), {below.Instances * below.Outputs});");
        }

        WriteInstances(writer, layer.Instances, () =>
        {
            writer.Lines($"Layer{layer.Index}.Backward({SlotEmitter.OutputGradients(layer)}, {SlotEmitter.Block(layer)}, {SlotEmitter.IntegerBlock(layer)}{LayerEmitter.InParts(layer, $", 0, {layer.Experts}")});");
            if (below is not null)
            {
                string patches = Format.At("slot", $"Slot.Layer{below.Index}OutputGradients", ("g", SlotEmitter.Step(layer, layer.Patches * layer.Dimension)));
                writer.Lines($"Layer{layer.Index}.InputGradient(ref parameters, {SlotEmitter.Block(layer)}, {SlotEmitter.IntegerBlock(layer)}, {patches});");
            }
        });
    }

    private static void WriteInputGradient(SourceWriter writer, LayerPlan layer, int inputLength)
    {
        using (writer.Block("if (pass.HasInputGradient)"))
        {
            writer.Lines($"ref float inputGradient = ref Add(ref pass.InputGradient, (nint)b * {inputLength});\nValues.Clear(ref inputGradient, {inputLength});");
            if (layer.Access.Source == PatchSource.Copies)
            {
                writer.Lines($"""
                    ref float rows = ref own;
                    Values.Clear(ref rows, {layer.Patches * layer.Dimension});
                    Layer0.InputGradient(ref parameters, {SlotEmitter.Block(layer)}, {SlotEmitter.IntegerBlock(layer)}, ref rows);
                    PatchRows.Unpack(ref inputGradient, ref rows);
                    """);
            }
            else
            {
                string patches = Format.At("inputGradient", "0", ("g", SlotEmitter.Step(layer, layer.Patches * layer.Access.RowStep)));
                WriteInstances(writer, layer.Instances, () => writer.Lines(
                    $"Layer0.InputGradient(ref parameters, {SlotEmitter.Block(layer)}, {SlotEmitter.IntegerBlock(layer)}, {patches});"));
            }
        }
    }
}
