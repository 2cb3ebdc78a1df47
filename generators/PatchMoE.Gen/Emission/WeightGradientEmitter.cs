using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradients of a layer's weights over a window of samples.</summary>
internal static class WeightGradientEmitter
{
    private const string Parameters = "ref float x, ref float slots, ref int integers, int samples, ref float gradients, int worker, int workers";

    /// <summary>Where the patches of sample b, instance g lie behind <c>x</c>.</summary>
    private static (string Sample, int Instance) PatchSteps(ModelPlan plan, LayerPlan layer) => layer.Index == 0 && !layer.Access.Packed
        ? ($"{plan.InputLength}", layer.Patches * layer.Access.RowStep)
        : ("Slot.Floats", layer.Patches * layer.Dimension);

    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        writer.Gap();
        writer.Lines("/// <summary>Adds a window's gradients of router, neurons and biases; each worker owns part of the weights, and samples are added in order.</summary>");
        WidthDispatch.Write(writer, "WeightGradients", Parameters, "ref x, ref slots, ref integers, samples, ref gradients, worker, workers", layer.Dimension);
        writer.Gap();
        using (WidthDispatch.Kernel(writer, $"private static void WeightGradients<S, V>({Parameters})"))
        {
            writer.Lines("ExpertGradientShare<S, V>(ref x, ref slots, ref integers, samples, ref gradients, worker, workers);");
            if (layer.TrainsRouter)
            {
                writer.Lines("RouterGradientShare<S, V>(ref x, ref slots, ref integers, samples, ref gradients, worker, workers);");
            }

            if (layer.HasBias)
            {
                writer.Lines("BiasGradientShare(ref slots, ref integers, samples, ref gradients, worker, workers);");
            }
        }

        ExpertTiles(plan, layer).Write(writer, layer.Experts, "WeightsAt", layer.Neurons * layer.Dimension);
        if (layer.TrainsRouter)
        {
            WriteRouterTiles(writer, plan, layer);
        }

        if (layer.HasBias)
        {
            writer.Gap();
            WriteBias(writer, layer);
        }
    }

    private static OuterTiles ExpertTiles(ModelPlan plan, LayerPlan layer)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        var lines = new List<string> { IntegerBlock(layer) };
        if (layer.Routing == Routing.Sample)
        {
            lines.Add($"if (Add(ref block, RoutesAt) != s)\n{{\n    continue;\n}}\n");
        }

        if (choice)
        {
            lines.Add($"ref int routes = {Format.At("block", "RoutesAt", ("s", layer.Taken))};");
        }

        lines.Add($"ref float deltas = {Scratch(layer, "ActivationsAt", ("s", choice ? layer.Taken * layer.Kernel.ActivationStep : 0), ("r", 1))};");
        lines.Add(Rows(plan, layer));
        lines.Add("int taken = block;");
        return new OuterTiles(
            "ExpertGradient",
            "Σ_(b,t) ∂L/∂h_btr · x_bj" + (choice ? ", j = routes[t]" : ", j = t"),
            layer.Dimension,
            layer.Instances,
            string.Join("\n", lines),
            Count: "taken",
            Row: $"ref Add(ref rows, {LayerEmitter.RowIndex(choice ? "Add(ref routes, t)" : "t", layer.Access.RowStep)})",
            Delta: q => $"Add(ref deltas, {Format.Offset($"{q}", ("t", layer.Kernel.ActivationStep))})",
            Split.Evenly(layer.Neurons, Planner.GradientRows));
    }

    /// <summary>The router's gradient: of the chosen patches alone, of all valid ones (softmaxAll), or of the patch sum (sample).</summary>
    private static void WriteRouterTiles(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        string block = IntegerBlock(layer);
        int d = layer.Dimension;
        if (layer.Routing == Routing.Sample)
        {
            new OuterTiles(
                "RouterGradient",
                "Σ_b ∂L/∂g_bs · Σ_j x_bj",
                d,
                layer.Instances,
                $"ref float row = {Scratch(layer, "PatchSumAt", ("i", 1))};\nref float deltas = {Scratch(layer, "ScoreGradientsAt", ("r", 1))};",
                Count: "1",
                Row: string.Empty,
                Delta: q => $"Add(ref deltas, {q})",
                layer.RouterTiles).Write(writer, experts: 1, "RouterAt", expertStep: 0);
        }
        else if (layer.Spec.Gate == Gate.SoftmaxAll)
        {
            new OuterTiles(
                "RouterGradient",
                "Σ_(b,j) ∂L/∂g_bsj · x_bj over all valid patches",
                d,
                layer.Instances,
                $"{block}\nref float deltas = {Scratch(layer, "ScoreGradientsAt", ("r", layer.Patches))};\n{Rows(plan, layer)}\nint valid = Add(ref block, ValidAt);",
                Count: "valid",
                Row: $"ref Add(ref rows, {LayerEmitter.RowIndex("t", layer.Access.RowStep)})",
                Delta: q => $"Add(ref deltas, {Format.Offset($"{q * layer.Patches}", ("t", 1))})",
                layer.RouterTiles).Write(writer, experts: 1, "RouterAt", expertStep: 0);
        }
        else
        {
            new OuterTiles(
                "RouterGradient",
                "Σ_(b,t) ∂L/∂g_bst · x_bj, j = routes[t]",
                d,
                layer.Instances,
                $"{block}\nref int routes = {Format.At("block", "RoutesAt", ("s", layer.Taken))};\nref float deltas = {Scratch(layer, "ScoreGradientsAt", ("s", layer.Taken))};\n{Rows(plan, layer)}\nint taken = block;",
                Count: "taken",
                Row: $"ref Add(ref rows, {LayerEmitter.RowIndex("Add(ref routes, t)", layer.Access.RowStep)})",
                Delta: _ => "Add(ref deltas, t)",
                Split.Evenly(1, 1)).Write(writer, layer.Experts, "RouterAt", d);
        }
    }

    private static void WriteBias(SourceWriter writer, LayerPlan layer)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        writer.Lines("/// <summary>gradient of b_sr = Σ_(b,t) ∂L/∂h_bstr: one worker's share of the experts.</summary>");
        using (writer.Block("private static void BiasGradientShare(ref float slots, ref int integers, int samples, ref float gradients, int worker, int workers)"))
        {
            using (writer.Block($"for (int s = (int)({layer.Experts}L * worker / workers); s < (int)({layer.Experts}L * (worker + 1) / workers); s++)"))
            {
                using (writer.Block("for (int b = 0; b < samples; b++)"))
                {
                    SampleEmitter.WriteInstances(writer, layer.Instances, () =>
                    {
                        writer.Lines(IntegerBlock(layer));
                        string taken = layer.Routing == Routing.Sample ? $"Add(ref block, RoutesAt) == s ? block : 0" : "block";
                        writer.Lines($"int taken = {taken};");
                        writer.Lines($"ref float deltas = {Scratch(layer, "ActivationsAt", ("s", choice ? layer.Taken * layer.Kernel.ActivationStep : 0))};");
                        using (writer.Block("for (int t = 0; t < taken; t++)"))
                        {
                            using (writer.Block($"for (int r = 0; r < {layer.Neurons}; r++)"))
                            {
                                writer.Lines($"Add(ref gradients, {Format.Offset("BiasesAt", ("s", layer.Experts == 1 ? 0 : layer.Neurons), ("r", 1))}) += Add(ref deltas, {Format.Offset("0", ("t", layer.Kernel.ActivationStep), ("r", 1))});");
                            }
                        }
                    });
                }
            }
        }
    }

    private static string IntegerBlock(LayerPlan layer) =>
        $"ref int block = {Format.At("integers", $"Slot.Layer{layer.Index}Integers", ("(nint)b", "Slot.Integers"), ("g", SlotEmitter.Step(layer, layer.Block.Integers)))};";

    private static string Scratch(LayerPlan layer, string array, params Term[] terms) => Format.At(
        "slots",
        $"Slot.Layer{layer.Index} + {array}",
        [("(nint)b", "Slot.Floats"), ("g", SlotEmitter.Step(layer, layer.Block.Floats)), .. terms]);

    private static string Rows(ModelPlan plan, LayerPlan layer)
    {
        (string sample, int instance) = PatchSteps(plan, layer);
        return $"ref float rows = {Format.At("x", "0", ("(nint)b", sample), ("g", SlotEmitter.Step(layer, instance)), ("i", 1))};";
    }
}
