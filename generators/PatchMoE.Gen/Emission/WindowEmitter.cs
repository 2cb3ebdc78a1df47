using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints how the chosen patches of several samples pass over weights together, so that the weights come from an outer cache or from memory once for those
/// samples and not once for each: a worker's share, the list of an expert's patches, and the pooling of what it made, while that is still in a near cache.
/// </summary>
internal static class WindowEmitter
{
    private static string[] Weights(LayerPlan layer) => !layer.HasPanels ? ["parameters"] : layer.HasBias ? ["parameters", "panels"] : ["panels"];

    private static string Parameters(LayerPlan layer) =>
        $"ref float x, ref float slots, ref int integers, int samples, {string.Join(", ", Weights(layer).Select(name => $"ref float {name}"))}, ref float own, int worker, int workers";

    private static string Arguments(LayerPlan layer) =>
        $"ref x, ref slots, ref integers, samples, {string.Join(", ", Weights(layer).Select(name => $"ref {name}"))}, ref own, worker, workers";

    /// <summary>The layer's weights as arguments of its part for a window.</summary>
    public static string WeightArguments(LayerPlan layer) =>
        string.Join(", ", Weights(layer).Select(name => name == "panels" ? PanelEmitter.Place(layer) : "ref ParameterBuffer.Start"));

    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        writer.Lines("/// <summary>The outputs of a window's samples, whose routes are known, and the activations: one worker's share of experts × tiles of neurons.</summary>");
        WidthDispatch.Write(writer, "ForwardWindow", Parameters(layer), Arguments(layer), layer.Dimension);
        writer.Gap();
        WriteShare(writer, layer);
        writer.Gap();
        WriteList(writer, plan, layer);
        writer.Gap();
        WritePoolRows(writer, layer);
        if (layer.HasPanels)
        {
            WindowPanels.Write(writer, layer);
        }
        else
        {
            WindowDots.Write(writer, layer);
        }
    }

    /// <summary>The pooling of neurons from…to−1 of expert s, whose activations are complete.</summary>
    public static void WritePoolCall(SourceWriter writer, LayerPlan layer, string from, string to) =>
        writer.Lines($"PoolRows<S, V>(ref slots, ref integers, samples, {(layer.HasBias ? "ref parameters, " : string.Empty)}s, {from}, {to});");

    private static void WriteShare(SourceWriter writer, LayerPlan layer)
    {
        int tiles = (layer.HasPanels ? layer.Kernel.VectorTiles : layer.Kernel.RowTiles).Sum(run => run.Tiles);
        int units = layer.Experts * tiles;
        using (WidthDispatch.Kernel(writer, $"private static void ForwardWindow<S, V>({Parameters(layer)})"))
        {
            writer.Lines("ref nint list = ref As<float, nint>(ref own);");
            writer.Lines($"int end = (int)({units}L * (worker + 1) / workers);");
            using (writer.Block($"for (int unit = (int)({units}L * worker / workers); unit < end;)"))
            {
                writer.Lines($$"""
                    int s = unit / {{tiles}};
                    int tile = unit % {{tiles}};
                    int tiles = Math.Min({{tiles}}, tile + end - unit);
                    unit += tiles - tile;
                    int rows = ListRows(ref integers, samples, s, ref list);
                    """);
                if (layer.HasPanels)
                {
                    WindowPanels.WriteCalls(writer, layer);
                }
                else
                {
                    WindowDots.WriteCalls(writer, layer);
                }
            }
        }
    }

    private static void WriteList(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        (string sample, int instance) = WeightGradientEmitter.PatchSteps(plan, layer);
        writer.Lines("/// <summary>Lists the patches of expert s in the window, for each where it lies behind x and where its activations lie behind the slots; returns their number.</summary>");
        using (writer.Block("private static int ListRows(ref int integers, int samples, int s, ref nint list)"))
        {
            writer.Lines("int rows = 0;");
            WriteSamples(writer, layer, () =>
            {
                if (layer.TakesByRoute)
                {
                    writer.Lines($"ref int routes = {Format.At("block", "RoutesAt", ("s", layer.Taken))};");
                }

                string patches = Format.Offset(
                    "0",
                    ("(nint)b", sample),
                    ("g", $"{SlotEmitter.Step(layer, instance)}"),
                    ("s", layer.Access.Source == PatchSource.Chosen ? layer.Taken * layer.Dimension : 0));
                writer.Lines($"nint patches = {patches};\nnint activations = {Activations(layer)};");
                using (writer.Block("for (int t = 0; t < taken; t++, rows++)"))
                {
                    writer.Lines($"Add(ref list, 2 * rows) = patches + ({LayerEmitter.ExpertPatch(layer, "t")});");
                    writer.Lines($"Add(ref list, (2 * rows) + 1) = activations + ({Format.Offset("0", ("t", layer.Kernel.ActivationStep))});");
                }
            });
            writer.Gap();
            writer.Lines("return rows;");
        }
    }

    private static void WritePoolRows(SourceWriter writer, LayerPlan layer)
    {
        string bias = layer.HasBias ? "ref float parameters, " : string.Empty;
        writer.Lines("/// <summary>The outputs y of neurons from…to−1 of expert s, for every sample of the window.</summary>");
        using (WidthDispatch.Kernel(writer, $"private static void PoolRows<S, V>(ref float slots, ref int integers, int samples, {bias}int s, int from, int to)"))
        {
            WriteSamples(writer, layer, () =>
            {
                writer.Lines(layer.Routing == Routing.Sample
                    ? $"float scale = ({ExpertsEmitter.Scale(layer)}) * Add(ref slots, {InBlock(layer, "ProbabilitiesAt", ("s", 1))});"
                    : $"float scale = {ExpertsEmitter.Scale(layer)};");
                string biases = layer.HasBias ? $"{Format.At("parameters", "BiasesAt", ("s", layer.Neurons))}, " : string.Empty;
                string gates = layer.HasGate ? $"ref Add(ref slots, {InBlock(layer, "GatesAt", ("s", layer.Taken))}), " : string.Empty;
                string outputs = Format.At(
                    "slots", $"Slot.Layer{layer.Index}Outputs", ("(nint)b", "Slot.Floats"), ("g", $"{SlotEmitter.Step(layer, layer.Outputs)}"), ("s", $"{layer.Neurons}"));
                writer.Lines($"Pool<S, V>(taken, scale, {biases}{gates}ref Add(ref slots, {Activations(layer)}), {outputs}, from, to);");
            });
        }
    }

    /// <summary>A loop over the instances of the window's samples, with the number of patches that expert s takes.</summary>
    private static void WriteSamples(SourceWriter writer, LayerPlan layer, Action body)
    {
        using (writer.Block("for (int b = 0; b < samples; b++)"))
        {
            SampleEmitter.WriteInstances(writer, layer.Instances, () =>
            {
                writer.Lines(WeightGradientEmitter.IntegerBlock(layer));
                writer.Lines(layer.Routing == Routing.Sample ? "int taken = Add(ref block, RoutesAt) == s ? block : 0;" : "int taken = block;");
                body();
            });
        }
    }

    /// <summary>Where the activations of expert s begin, behind the slots.</summary>
    private static string Activations(LayerPlan layer) =>
        InBlock(layer, "ActivationsAt", ("s", layer.Routing == Routing.ExpertChoice ? layer.Taken * layer.Kernel.ActivationStep : 0));

    /// <summary>A place in the block of instance g of sample b, behind the slots.</summary>
    private static string InBlock(LayerPlan layer, string place, (string Index, int Step) expert) => Format.Offset(
        $"Slot.Layer{layer.Index} + {place}",
        ("(nint)b", "Slot.Floats"),
        ("g", $"{SlotEmitter.Step(layer, layer.Block.Floats)}"),
        (expert.Index, $"{expert.Step}"));
}
