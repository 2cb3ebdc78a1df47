using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the file of one layer: a static class whose public methods are the layer's passes over one instance.</summary>
internal static class LayerEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        WriteDoc(writer, layer);
        using (writer.Block($"internal static class Layer{layer.Index}"))
        {
            WritePlaces(writer, layer);
            if (layer.Access.Image is { } image)
            {
                PixelRowsEmitter.WriteCorner(writer, image);
                writer.Gap();
                if (layer.Access.Source == PatchSource.Chosen)
                {
                    PixelRowsEmitter.WriteCopy(writer, layer, image);
                    writer.Gap();
                    if (layer.HasWindow)
                    {
                        PixelRowsEmitter.WriteTake(writer, layer);
                        writer.Gap();
                    }
                }
            }

            if (layer.HasPanels)
            {
                PanelEmitter.WritePack(writer, layer);
                writer.Gap();
            }

            WriteForward(writer, layer);
            WriteBackward(writer, layer);
            InputGradientEmitter.Write(writer, layer);
            WeightGradientEmitter.Write(writer, plan, layer);
            switch (layer.Routing)
            {
                case Routing.ExpertChoice:
                    ScoresEmitter.Write(writer, layer);
                    break;
                case Routing.Sample:
                    SampleRouterEmitter.Write(writer, layer);
                    break;
            }

            ExpertsEmitter.Write(writer, plan, layer);
            WeightedRows.Write(writer, layer.Dimension, layer.Access.Image);
        }
    }

    /// <summary>Where patch <paramref name="index"/> begins.</summary>
    public static string Patch(LayerPlan layer, string index) =>
        layer.Access.Image is not null ? $"Corner({index})" : Format.Offset("0", (index, layer.Access.RowStep));

    /// <summary>Where the patch that an expert takes at place <paramref name="t"/> begins; copies lie in the order of the expert's routes.</summary>
    public static string ExpertPatch(LayerPlan layer, string t) => layer.Access.Source == PatchSource.Chosen
        ? Format.Offset("0", (t, layer.Dimension))
        : Patch(layer, layer.Routing == Routing.ExpertChoice ? $"Add(ref routes, {t})" : t);

    /// <summary>A text for layers that can compute a part of their experts.</summary>
    public static string InParts(LayerPlan layer, string text) => layer.ExpertParts > 1 ? text : string.Empty;

    /// <summary>The loop over an expertChoice layer's experts.</summary>
    public static string ExpertLoop(LayerPlan layer) => layer.ExpertParts > 1 ? "for (int s = first; s < last; s++)" : $"for (int s = 0; s < {layer.Experts}; s++)";

    /// <summary>A text for layers whose selection needs scratch.</summary>
    public static string SelectsWith(LayerPlan layer, string text) => layer.Selection?.Scratch > 0 ? text : string.Empty;

    private static void WriteDoc(SourceWriter writer, LayerPlan layer)
    {
        LayerShape shape = layer.Shape;
        string experts = layer.Routing == Routing.Dense && shape.Experts > 1
            ? $"{shape.Experts} × {shape.Neurons} neurons that see the same patches, computed as one expert of {layer.Neurons}"
            : $"{shape.Experts} experts × {shape.Neurons} neurons";
        writer.Lines($"/// <summary>Layer {layer.Index}: {Summary(layer)}.</summary>");
        writer.Lines("/// <remarks>");
        writer.Lines($"/// n = {shape.Patches} patches of d = {shape.Dimension}; {experts}; m = {shape.Outputs} outputs; {Times(layer.Instances)} per sample.");
        writer.Lines($"/// Patches: {layer.Access.Reason}{(layer.Access.Image is null ? $"; row step {layer.Access.RowStep}" : string.Empty)}.");
        writer.Lines($"/// Experts: {Method(layer.Kernel)}: {layer.Kernel.Reason}.");
        writer.Lines("/// </remarks>");
    }

    /// <summary>Names the places of the layer's weights and of its scratch.</summary>
    private static void WritePlaces(SourceWriter writer, LayerPlan layer)
    {
        BlockPlan block = layer.Block;
        bool sample = layer.Routing == Routing.Sample;
        bool all = layer.Spec.Gate == Gate.SoftmaxAll;
        (int k, int n, int l) = (layer.Experts, layer.Patches, layer.Taken);
        string scores = sample ? $"[{k}]" : $"[{k}, {n}]";
        WriteConstants(
            writer,
            "In the parameter buffer, in floats.",
            ("RouterAt", layer.RouterOffset, $"[{k}, {layer.Dimension}]"),
            ("WeightsAt", layer.ExpertsOffset, $"[{k}, {layer.Neurons}, {layer.Dimension}]"),
            ("BiasesAt", layer.BiasOffset, $"[{k}, {layer.Neurons}]"));
        WriteConstants(
            writer,
            $"In a block, the scratch of one instance: {block.Floats} floats.",
            ("ScoresAt", block.Scores, scores),
            ("ProbabilitiesAt", block.Probabilities, scores),
            ("GatesAt", block.Gates, $"[{k}, {l}]"),
            ("GateGradientsAt", block.GateGradients, $"[{k}, {l}]"),
            ("ScoreGradientsAt", block.ScoreGradients, sample ? $"[{k}]" : all ? $"[{k}, {n}]" : $"[{k}, {l}] of the patches taken"),
            ("PatchSumAt", block.PatchSum, $"[{layer.Dimension}]"),
            ("ActivationsAt", block.Activations, (sample ? $"[{l}, {layer.Kernel.ActivationStep}]" : $"[{k}, {l}, {layer.Kernel.ActivationStep}]") + "; after the backward pass ∂L/∂h"));
        WriteConstants(
            writer,
            $"In the block's {block.Integers} integers: first the number of patches taken, then",
            ("ValidAt", BlockPlan.Valid, "the number of valid patches"),
            ("RoutesAt", layer.Routing == Routing.Dense ? -1 : BlockPlan.Routes, sample ? "the expert" : $"[{k}, {l}] patches, best first"));
    }

    private static void WriteConstants(SourceWriter writer, string title, params (string Name, int Value, string Doc)[] constants)
    {
        writer.Lines($"// {title}");
        foreach ((string name, int value, string doc) in constants.Where(constant => constant.Value >= 0))
        {
            writer.Lines($"private const int {name} = {value}; // {doc}");
        }

        writer.Gap();
    }

    public static string Summary(LayerPlan layer) => layer.Routing switch
    {
        Routing.Dense => "dense, every expert sees every patch",
        Routing.Sample => "sample, the best expert sees the whole sample",
        _ => $"expertChoice, each expert takes {layer.Taken} of {layer.Patches} patches, gate {Word(layer.Spec.Gate)}, pooling {Word(layer.Spec.Pooling)}",
    };

    private static string Method(ExpertKernel kernel) =>
        (kernel.Kind == ExpertKernelKind.Panels ? "outer products on packed weights" : "dot products") + (kernel.Window is null ? string.Empty : ", a window of samples at a time");

    private static string Times(int count) => count == 1 ? "once" : $"{count} times";

    private static string Word(Enum value)
    {
        string name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name.Substring(1);
    }

    private static void WriteForward(SourceWriter writer, LayerPlan layer)
    {
        string scratch = SelectsWith(layer, ", ref int scratch");
        string scratchArgument = SelectsWith(layer, ", ref scratch");
        bool isRouted = layer.Routing != Routing.Dense;
        if (!layer.HasWindow)
        {
            WriteSampleForward(writer, layer, scratch, scratchArgument);
            if (layer.Index > 0 || !isRouted)
            {
                return;
            }

            writer.Gap();
        }

        if (!isRouted)
        {
            writer.Lines("""
                /// <summary>Every patch is taken.</summary>
                public static void Route(ref float x, int valid, ref float parameters, ref float block, ref int integers)
                {
                    integers = valid;
                    Add(ref integers, ValidAt) = valid;
                }
                """);
            return;
        }

        writer.Lines($"/// <summary>The routing alone: scores, routes and gates{InParts(layer, " of experts first…last−1")}.</summary>");
        WidthDispatch.Write(
            writer,
            "Route",
            $"ref float x, int valid, ref float parameters, ref float block, ref int integers{scratch}{InParts(layer, ", int first, int last")}",
            $"ref x, valid, ref parameters, ref block, ref integers{scratchArgument}{InParts(layer, ", first, last")}",
            layer.Dimension);
        RoutesEmitter.WriteReport(writer, layer);
    }

    private static void WriteSampleForward(SourceWriter writer, LayerPlan layer, string scratch, string scratchArgument)
    {
        string panels = layer.HasPanels ? ", ref float panels" : string.Empty;
        bool chosen = layer.Access.Source == PatchSource.Chosen;
        string parameters = $"ref float x{(chosen ? ", ref float rows" : string.Empty)}, int valid, ref float parameters{panels}, ref float block, ref int integers{scratch}, ref float y{InParts(layer, ", int first, int last")}";
        string arguments = $"ref x{(chosen ? ", ref rows" : string.Empty)}, valid, ref parameters{(layer.HasPanels ? ", ref panels" : string.Empty)}, ref block, ref integers{scratchArgument}, ref y{InParts(layer, ", first, last")}";
        writer.Lines($"/// <summary>The forward pass: y [m] from patches x{InParts(layer, ", for experts first…last−1")}; keeps in the block what the backward pass needs.</summary>");
        WidthDispatch.Write(writer, "Forward", parameters, arguments, layer.Dimension);
        writer.Gap();
        using (WidthDispatch.Kernel(writer, $"private static void Forward<S, V>({parameters})"))
        {
            switch (layer.Routing)
            {
                case Routing.ExpertChoice:
                    writer.Lines($"Route<S, V>(ref x, valid, ref parameters, ref block, ref integers{scratchArgument}{InParts(layer, ", first, last")});");
                    writer.Lines($"int taken = integers;\nfloat scale = {ExpertsEmitter.Scale(layer)};");
                    using (writer.Block(ExpertLoop(layer)))
                    {
                        WriteExpertForward(writer, layer, "s", "scale");
                    }

                    break;
                case Routing.Sample:
                    writer.Lines("Route<S, V>(ref x, valid, ref parameters, ref block, ref integers);");
                    writer.Lines($"int taken = integers;\nint expert = Add(ref integers, RoutesAt);");
                    writer.Lines($"float scale = ({ExpertsEmitter.Scale(layer)}) * Add(ref block, {Format.Offset("ProbabilitiesAt", ("expert", 1))});");
                    writer.Lines($"Values.Clear(ref y, {layer.Outputs});");
                    WriteExpertForward(writer, layer, "expert", "scale");
                    break;
                default:
                    writer.Lines($"integers = valid;\nAdd(ref integers, ValidAt) = valid;");
                    writer.Lines($"int taken = integers;\nfloat scale = {ExpertsEmitter.Scale(layer)};");
                    WriteExpertForward(writer, layer, "0", "scale");
                    break;
            }
        }
    }

    private static void WriteExpertForward(SourceWriter writer, LayerPlan layer, string expert, string scale)
    {
        writer.Lines($"ref float activations = {Activations(layer, expert)};");
        WriteActivateCall(writer, layer, expert);
        string bias = layer.HasBias ? $"{Format.At("parameters", "BiasesAt", (expert, layer.Neurons))}, " : string.Empty;
        string gates = layer.HasGate ? $"{Format.At("block", "GatesAt", (expert, layer.Taken))}, " : string.Empty;
        writer.Lines($"Pool<S, V>(taken, {scale}, {bias}{gates}ref activations, {Format.At("y", "0", (expert, layer.Neurons))});");
    }

    private static void WriteActivateCall(SourceWriter writer, LayerPlan layer, string expert)
    {
        string routes = layer.TakesByRoute ? $", {Format.At("integers", "RoutesAt", (expert, layer.Taken))}" : string.Empty;
        string weights = layer.HasPanels ? Format.At("panels", "0", (expert, layer.ExpertPanels)) : Format.At("parameters", "WeightsAt", (expert, layer.Neurons * layer.Dimension));
        string x = "ref x";
        if (layer.Access.Source == PatchSource.Chosen)
        {
            x = Format.At("rows", "0", (expert, layer.Taken * layer.Dimension));
            writer.Lines($"CopyTaken<S, V>(ref x, taken, {Format.At("integers", "RoutesAt", (expert, layer.Taken))}, {x});");
        }

        writer.Lines($"Activate<S, V>({x}, taken{routes}, {weights}, ref activations);");
    }

    private static void WriteBackward(SourceWriter writer, LayerPlan layer)
    {
        string parameters = "ref float yGradient, ref float block, ref int integers" + InParts(layer, ", int first, int last");
        writer.Gap();
        writer.Lines($"/// <summary>The backward pass within the block{InParts(layer, ", for experts first…last−1")}: from ∂L/∂y to ∂L/∂h of every pre-activation and ∂L/∂g of every score.</summary>");
        WidthDispatch.Write(writer, "Backward", parameters, "ref yGradient, ref block, ref integers" + InParts(layer, ", first, last"), layer.Dimension);
        writer.Gap();
        using (WidthDispatch.Kernel(writer, $"private static void Backward<S, V>({parameters})"))
        {
            writer.Lines($"int taken = integers;\nfloat scale = {ExpertsEmitter.Scale(layer)};");
            BlockPlan block = layer.Block;
            switch (layer.Routing)
            {
                case Routing.ExpertChoice:
                    if (layer.Spec.Gate == Gate.SoftmaxAll)
                    {
                        writer.Lines($"int valid = Add(ref integers, ValidAt);");
                    }

                    using (writer.Block(ExpertLoop(layer)))
                    {
                        string gates = layer.HasGate ? $"{Format.At("block", "GatesAt", ("s", layer.Taken))}, {Format.At("block", "GateGradientsAt", ("s", layer.Taken))}, " : string.Empty;
                        writer.Lines($"Unpool<S, V>(taken, scale, {gates}{Format.At("yGradient", "0", ("s", layer.Neurons))}, {Activations(layer, "s")});");
                        if (layer.HasGate)
                        {
                            string gateGradients = Format.At("block", "GateGradientsAt", ("s", layer.Taken));
                            string routes = Format.At("integers", "RoutesAt", ("s", layer.Taken));
                            string scores = Format.At("block", "ScoresAt", ("s", layer.Patches));
                            string probabilities = Format.At("block", "ProbabilitiesAt", ("s", layer.Patches));
                            string scoreGradients = Format.At("block", "ScoreGradientsAt", ("s", layer.Spec.Gate == Gate.SoftmaxAll ? layer.Patches : layer.Taken));
                            writer.Lines(layer.Spec.Gate switch
                            {
                                Gate.SoftmaxAll => $"CloseGates(valid, {routes}, taken, {probabilities}, {gateGradients}, {scoreGradients});",
                                Gate.Sigmoid => $"CloseGates({scores}, {routes}, taken, {gateGradients}, {scoreGradients});",
                                _ => $"CloseGates(taken, {Format.At("block", "GatesAt", ("s", layer.Taken))}, {gateGradients}, {scoreGradients});",
                            });
                        }
                    }

                    break;
                case Routing.Sample:
                    writer.Lines($"int expert = Add(ref integers, RoutesAt);");
                    writer.Lines($"ref float probabilities = {Format.At("block", "ProbabilitiesAt")};");
                    writer.Lines($"float gateGradient = scale * Unpool<S, V>(taken, scale * Add(ref probabilities, expert), {Format.At("yGradient", "0", ("expert", layer.Neurons))}, {Activations(layer, "expert")});");
                    writer.Lines($"CloseGate(expert, gateGradient, ref probabilities, {Format.At("block", "ScoreGradientsAt")});");
                    break;
                default:
                    writer.Lines($"Unpool<S, V>(taken, scale, ref yGradient, {Activations(layer, "0")});");
                    break;
            }
        }
    }

    /// <summary>The activations of an expert: those of a sample layer hold only the chosen one's.</summary>
    public static string Activations(LayerPlan layer, string expert) => Format.At(
        "block", "ActivationsAt", (expert, layer.Routing == Routing.Sample ? 0 : layer.Taken * layer.Kernel.ActivationStep));
}
