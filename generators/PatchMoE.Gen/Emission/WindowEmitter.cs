using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints how the chosen patches of several samples pass over weights together, so that the weights come from an outer cache or from memory once for those
/// samples and not once for each: a worker's share, and the list of an expert's patches.
/// </summary>
internal static class WindowEmitter
{
    private static string Weights(LayerPlan layer) => layer.HasPanels ? "panels" : "parameters";

    private static string Parameters(LayerPlan layer) =>
        $"ref float x, ref float slots, ref int integers, int samples, ref float {Weights(layer)}, ref float own, int worker, int workers";

    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        writer.Lines("/// <summary>The pre-activations of a window's samples, whose routes are known: one worker's share of experts × tiles of neurons.</summary>");
        WidthDispatch.Write(
            writer, "ActivateWindow", Parameters(layer), $"ref x, ref slots, ref integers, samples, ref {Weights(layer)}, ref own, worker, workers", layer.Dimension);
        writer.Gap();
        WriteShare(writer, layer);
        writer.Gap();
        WriteList(writer, plan, layer);
        if (layer.HasPanels)
        {
            WindowPanels.Write(writer, layer);
        }
        else
        {
            WindowDots.Write(writer, layer);
        }
    }

    private static void WriteShare(SourceWriter writer, LayerPlan layer)
    {
        int tiles = (layer.HasPanels ? layer.Kernel.VectorTiles : layer.Kernel.RowTiles).Sum(run => run.Tiles);
        int units = layer.Experts * tiles;
        using (WidthDispatch.Kernel(writer, $"private static void ActivateWindow<S, V>({Parameters(layer)})"))
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
        bool choice = layer.Routing == Routing.ExpertChoice;
        (string sample, int instance) = WeightGradientEmitter.PatchSteps(plan, layer);
        writer.Lines("/// <summary>Lists the patches of expert s in the window, for each where it lies behind x and where its activations lie behind the slots; returns their number.</summary>");
        using (writer.Block("private static int ListRows(ref int integers, int samples, int s, ref nint list)"))
        {
            writer.Lines("int rows = 0;");
            using (writer.Block("for (int b = 0; b < samples; b++)"))
            {
                SampleEmitter.WriteInstances(writer, layer.Instances, () =>
                {
                    writer.Lines(WeightGradientEmitter.IntegerBlock(layer));
                    if (layer.Routing == Routing.Sample)
                    {
                        writer.Lines("int taken = Add(ref block, RoutesAt) == s ? block : 0;");
                    }
                    else
                    {
                        writer.Lines("int taken = block;");
                    }

                    if (layer.TakesByRoute)
                    {
                        writer.Lines($"ref int routes = {Format.At("block", "RoutesAt", ("s", layer.Taken))};");
                    }

                    string patches = Format.Offset(
                        "0",
                        ("(nint)b", sample),
                        ("g", $"{SlotEmitter.Step(layer, instance)}"),
                        ("s", layer.Access.Source == PatchSource.Chosen ? layer.Taken * layer.Dimension : 0));
                    string activations = Format.Offset(
                        $"Slot.Layer{layer.Index} + ActivationsAt",
                        ("(nint)b", "Slot.Floats"),
                        ("g", $"{SlotEmitter.Step(layer, layer.Block.Floats)}"),
                        ("s", $"{(choice ? layer.Taken * layer.Kernel.ActivationStep : 0)}"));
                    writer.Lines($"nint patches = {patches};\nnint activations = {activations};");
                    using (writer.Block("for (int t = 0; t < taken; t++, rows++)"))
                    {
                        writer.Lines($"Add(ref list, 2 * rows) = patches + ({LayerEmitter.ExpertPatch(layer, "t")});");
                        writer.Lines($"Add(ref list, (2 * rows) + 1) = activations + ({Format.Offset("0", ("t", layer.Kernel.ActivationStep))});");
                    }
                });
            }

            writer.Gap();
            writer.Lines("return rows;");
        }
    }
}
