using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradients of a layer's weights over a window of samples.</summary>
internal static class WeightGradientEmitter
{
    private const string Parameters = "ref float x, ref float slots, ref int integers, int samples, ref float gradients, int worker, int workers";

    /// <summary>Where the patches of sample b, instance g lie behind <c>x</c>.</summary>
    public static (int Sample, int Instance) PatchSteps(ModelPlan plan, LayerPlan layer) => layer.Index == 0 && !layer.Access.Packed
        ? (plan.InputLength, layer.Patches * layer.Access.RowStep)
        : (plan.Slots.Floats, layer.Patches * layer.Dimension);

    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        writer.Gap();
        writer.Lines("/// <summary>Adds a window's gradients of router, neurons and biases; each worker owns part of the weights, and samples are added in order.</summary>");
        WidthDispatch.Write(writer, "WeightGradients", Parameters, "ref x, ref slots, ref integers, samples, ref gradients, worker, workers", layer.Dimension);
        writer.Gap();
        using (writer.Block($"private static void WeightGradients<S, V>({Parameters}) {WidthDispatch.Constraint}"))
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

        ExpertTiles(plan, layer).Write(writer, layer.Experts, layer.ExpertsOffset, layer.Neurons * layer.Dimension);
        if (layer.TrainsRouter)
        {
            WriteRouterTiles(writer, plan, layer);
        }

        if (layer.HasBias)
        {
            writer.Gap();
            WriteBias(writer, plan, layer);
        }
    }

    private static OuterTiles ExpertTiles(ModelPlan plan, LayerPlan layer)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        var lines = new List<string> { IntegerBlock(plan, layer) };
        if (layer.Routing == Routing.Sample)
        {
            lines.Add($"if (Add(ref block, {BlockPlan.Routes}) != s)\n{{\n    continue;\n}}\n");
        }

        if (choice)
        {
            lines.Add($"ref int routes = {Format.At("block", BlockPlan.Routes, ("s", layer.Taken))};");
        }

        lines.Add($"ref float deltas = {Scratch(plan, layer, layer.Block.Activations, ("s", choice ? layer.Taken * layer.Neurons : 0), ("r", 1))};");
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
            Delta: q => $"Add(ref deltas, {Format.Offset(q, ("t", layer.Neurons))})",
            layer.RowTiles);
    }

    /// <summary>The router's gradient: of the chosen patches alone, of all valid ones (softmaxAll), or of the patch sum (sample).</summary>
    private static void WriteRouterTiles(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        string block = IntegerBlock(plan, layer);
        int d = layer.Dimension;
        if (layer.Routing == Routing.Sample)
        {
            new OuterTiles(
                "RouterGradient",
                "Σ_b ∂L/∂g_bs · Σ_j x_bj",
                d,
                layer.Instances,
                $"ref float row = {Scratch(plan, layer, layer.Block.PatchSum, ("i", 1))};\nref float deltas = {Scratch(plan, layer, layer.Block.ScoreGradients, ("r", 1))};",
                Count: "1",
                Row: string.Empty,
                Delta: q => $"Add(ref deltas, {q})",
                layer.RouterTiles).Write(writer, experts: 1, layer.RouterOffset, expertStep: 0);
        }
        else if (layer.Spec.Gate == Gate.SoftmaxAll)
        {
            new OuterTiles(
                "RouterGradient",
                "Σ_(b,j) ∂L/∂g_bsj · x_bj over all valid patches",
                d,
                layer.Instances,
                $"{block}\nref float deltas = {Scratch(plan, layer, layer.Block.ScoreGradients, ("r", layer.Patches))};\n{Rows(plan, layer)}\nint valid = Add(ref block, {BlockPlan.Valid});",
                Count: "valid",
                Row: $"ref Add(ref rows, {LayerEmitter.RowIndex("t", layer.Access.RowStep)})",
                Delta: q => $"Add(ref deltas, {Format.Offset(q * layer.Patches, ("t", 1))})",
                layer.RouterTiles).Write(writer, experts: 1, layer.RouterOffset, expertStep: 0);
        }
        else
        {
            new OuterTiles(
                "RouterGradient",
                "Σ_(b,t) ∂L/∂g_bst · x_bj, j = routes[t]",
                d,
                layer.Instances,
                $"{block}\nref int routes = {Format.At("block", BlockPlan.Routes, ("s", layer.Taken))};\nref float deltas = {Scratch(plan, layer, layer.Block.ScoreGradients, ("s", layer.Taken))};\n{Rows(plan, layer)}\nint taken = block;",
                Count: "taken",
                Row: $"ref Add(ref rows, {LayerEmitter.RowIndex("Add(ref routes, t)", layer.Access.RowStep)})",
                Delta: _ => "Add(ref deltas, t)",
                Split.Evenly(1, 1)).Write(writer, layer.Experts, layer.RouterOffset, d);
        }
    }

    private static void WriteBias(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        writer.Lines("/// <summary>gradient of b_sr = Σ_(b,t) ∂L/∂h_bstr: one worker's share of the experts.</summary>");
        using (writer.Block("private static void BiasGradientShare(ref float slots, ref int integers, int samples, ref float gradients, int worker, int workers)"))
        {
            using (writer.Block($"for (int s = {layer.Experts} * worker / workers; s < {layer.Experts} * (worker + 1) / workers; s++)"))
            {
                using (writer.Block("for (int b = 0; b < samples; b++)"))
                {
                    using (writer.Block($"for (int g = 0; g < {layer.Instances}; g++)"))
                    {
                        writer.Lines(IntegerBlock(plan, layer));
                        string taken = layer.Routing == Routing.Sample ? $"Add(ref block, {BlockPlan.Routes}) == s ? block : 0" : "block";
                        writer.Lines($"int taken = {taken};");
                        writer.Lines($"ref float deltas = {Scratch(plan, layer, layer.Block.Activations, ("s", choice ? layer.Taken * layer.Neurons : 0))};");
                        using (writer.Block("for (int t = 0; t < taken; t++)"))
                        {
                            using (writer.Block($"for (int r = 0; r < {layer.Neurons}; r++)"))
                            {
                                writer.Lines($"Add(ref gradients, {Format.Offset(layer.BiasOffset, ("s", layer.Experts == 1 ? 0 : layer.Neurons), ("r", 1))}) += Add(ref deltas, {Format.Offset(0, ("t", layer.Neurons), ("r", 1))});");
                            }
                        }
                    }
                }
            }
        }
    }

    private static string IntegerBlock(ModelPlan plan, LayerPlan layer) =>
        $"ref int block = {Format.At("integers", layer.Integers, ("(nint)b", plan.Slots.Integers), ("g", layer.Instances == 1 ? 0 : layer.Block.Integers))};";

    private static string Scratch(ModelPlan plan, LayerPlan layer, int array, params (string Index, int Step)[] terms) => Format.At(
        "slots",
        layer.Floats + array,
        [("(nint)b", plan.Slots.Floats), ("g", layer.Instances == 1 ? 0 : layer.Block.Floats), .. terms]);

    private static string Rows(ModelPlan plan, LayerPlan layer)
    {
        (int sample, int instance) = PatchSteps(plan, layer);
        return $"ref float rows = {Format.At("x", 0, ("(nint)b", sample), ("g", layer.Instances == 1 ? 0 : instance), ("i", 1))};";
    }
}
