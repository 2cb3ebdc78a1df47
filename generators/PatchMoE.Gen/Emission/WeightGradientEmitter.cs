using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gradients of a layer's weights over a window of samples.</summary>
internal static class WeightGradientEmitter
{
    /// <summary>Where the patches of sample b, instance g lie behind <c>x</c>.</summary>
    public static (string Sample, int Instance) PatchSteps(ModelPlan plan, LayerPlan layer) => layer.Index == 0 && !layer.Access.Copies
        ? ($"{plan.InputLength}", layer.Patches * layer.Access.RowStep)
        : ("Slot.Floats", layer.Patches * layer.Dimension);

    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        writer.Gap();
        writer.Lines("/// <summary>Adds a window's gradients of router, neurons and biases; each worker owns part of the weights, and samples are added in order.</summary>");
        WidthDispatch.Write(writer, "WeightGradients", OuterTiles.ShareParameters, OuterTiles.ShareArguments, layer.Dimension);
        writer.Gap();
        using (WidthDispatch.Kernel(writer, $"private static void WeightGradients<S, V>({OuterTiles.ShareParameters})"))
        {
            writer.Lines($"ExpertGradientShare<S, V>({OuterTiles.ShareArguments});");
            if (TrainsRouterAlone(layer))
            {
                writer.Lines($"RouterGradientShare<S, V>({OuterTiles.ShareArguments});");
            }

            if (layer.HasBias)
            {
                writer.Lines("BiasGradientShare(ref slots, ref integers, samples, in target, worker, workers);");
            }
        }

        ExpertTiles(plan, layer).Write(writer);
        if (TrainsRouterAlone(layer))
        {
            RouterTiles(plan, layer).Write(writer);
        }

        if (layer.HasBias)
        {
            writer.Gap();
            WriteBias(writer, layer);
        }
    }

    /// <summary>Whether the router's gradient is a sum over other patches than the neurons' and so needs tiles of its own.</summary>
    private static bool TrainsRouterAlone(LayerPlan layer) => layer.RouterGradient is not null;

    private static OuterTiles ExpertTiles(ModelPlan plan, LayerPlan layer)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        string skip = layer.Routing == Routing.Sample ? "\nif (Add(ref block, RoutesAt) != s)\n{\n    continue;\n}\n" : string.Empty;
        string routes = layer.TakesByRoute ? $"ref int routes = {Format.At("block", "RoutesAt", ("s", layer.Taken))};\n" : string.Empty;
        return new OuterTiles(
            "ExpertGradient",
            "Σ_(b,t) ∂L/∂h_btr · x_bj" + (choice ? ", j = routes[t]" : ", j = t"),
            layer.Dimension,
            layer.Instances,
            Sample: $"{IntegerBlock(layer)}{skip}\nint taken = block;",
            Rows: routes + Rows(plan, layer),
            Deltas: $"ref float deltas = {Scratch(layer, "ActivationsAt", ("s", choice ? layer.Taken * layer.Kernel.ActivationStep : 0), ("r", 1))};",
            Count: "taken",
            Row: $"ref Add(ref rows, {LayerEmitter.ExpertPatch(layer, "t")})",
            Delta: q => $"Add(ref {(layer.Kernel.ActivationStep > 1 ? "coefficients" : "deltas")}, {(layer.Kernel.ActivationStep > 1 ? $"{q}" : "t")})",
            layer.Gradient)
        {
            Image = layer.Access.ExpertImage,
            Experts = layer.Experts,
            ExpertStep = layer.Experts == 1 ? 0 : layer.Neurons * layer.Dimension,
            GradientAt = "WeightsAt",
            DeltaStep = layer.Kernel.ActivationStep,
            Router = layer.Gradient.HasRouter
                ? new RouterRow(
                    "that of w_s, Σ_(b,t) ∂L/∂g_bst · x_bj",
                    $"ref float scores = {Scratch(layer, "ScoreGradientsAt", ("s", layer.Taken))};",
                    "Add(ref scores, t)",
                    "RouterAt")
                : null,
        };
    }

    /// <summary>The routers' gradient by itself: of all valid patches (softmaxAll), or of the patch sum (sample).</summary>
    private static OuterTiles RouterTiles(ModelPlan plan, LayerPlan layer)
    {
        GradientPlan tiles = layer.RouterGradient!;
        return layer.Routing == Routing.Sample
            ? new OuterTiles(
                "RouterGradient",
                "Σ_b ∂L/∂g_bs · Σ_j x_bj",
                layer.Dimension,
                layer.Instances,
                Sample: string.Empty,
                Rows: $"ref float row = {Scratch(layer, "PatchSumAt", ("i", 1))};",
                Deltas: $"ref float deltas = {Scratch(layer, "ScoreGradientsAt", ("r", 1))};",
                Count: "1",
                Row: string.Empty,
                Delta: q => $"Add(ref deltas, {q})",
                tiles) { GradientAt = "RouterAt" }
            : new OuterTiles(
                "RouterGradient",
                "Σ_(b,j) ∂L/∂g_bsj · x_bj over all valid patches",
                layer.Dimension,
                layer.Instances,
                Sample: $"{IntegerBlock(layer)}\nint valid = Add(ref block, ValidAt);",
                Rows: Rows(plan, layer),
                Deltas: $"ref float deltas = {Scratch(layer, "ScoreGradientsAt", ("r", layer.Patches))};",
                Count: "valid",
                Row: $"ref Add(ref rows, {LayerEmitter.Patch(layer, "t")})",
                Delta: q => $"Add(ref deltas, {Format.Offset($"{q * layer.Patches}", ("t", 1))})",
                tiles) { GradientAt = "RouterAt", Image = layer.Access.ExpertImage };
    }

    private static void WriteBias(SourceWriter writer, LayerPlan layer)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        writer.Lines("/// <summary>gradient of b_sr = Σ_(b,t) ∂L/∂h_bstr: one worker's share of the experts.</summary>");
        using (writer.Block("private static void BiasGradientShare(ref float slots, ref int integers, int samples, scoped in WeightTarget target, int worker, int workers)"))
        {
            using (writer.Block($"for (int s = (int)({layer.Experts}L * worker / workers); s < (int)({layer.Experts}L * (worker + 1) / workers); s++)"))
            {
                writer.Lines($"int at = {Format.Offset("BiasesAt", ("s", layer.Experts == 1 ? 0 : layer.Neurons))};\nref float sums = ref Add(ref target.Gradients, at);");
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
                                writer.Lines($"Add(ref sums, r) += Add(ref deltas, {Format.Offset("0", ("t", layer.Kernel.ActivationStep), ("r", 1))});");
                            }
                        }
                    });
                }

                writer.Gap();
                using (writer.Block("if (target.Updates)"))
                {
                    writer.Lines($"target.Update(at, {layer.Neurons});");
                }
            }
        }
    }

    /// <summary>The integer block of sample b, instance g.</summary>
    public static string IntegerBlock(LayerPlan layer) =>
        $"ref int block = {Format.At("integers", $"Slot.Layer{layer.Index}Integers", ("(nint)b", "Slot.Integers"), ("g", SlotEmitter.Step(layer, layer.Block.Integers)))};";

    private static string Scratch(LayerPlan layer, string array, params Term[] terms) => Format.At(
        "slots",
        $"Slot.Layer{layer.Index} + {array}",
        [("(nint)b", "Slot.Floats"), ("g", SlotEmitter.Step(layer, layer.Block.Floats)), .. terms]);

    private static string Rows(ModelPlan plan, LayerPlan layer)
    {
        (string sample, int instance) = PatchSteps(plan, layer);
        return $"ref float rows = {Format.At("x", "0", ("(nint)b", sample), ("g", SlotEmitter.Step(layer, instance)), ("s", layer.Access.Source == PatchSource.Chosen ? layer.Taken * layer.Dimension : 0), ("i", layer.Access.ExpertImage is null ? 1 : 0))};";
    }
}
