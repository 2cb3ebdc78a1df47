using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints how the chosen patches of several samples pass over weights together, so that the weights come from an outer cache or from memory once for those
/// samples and not once for each: a worker's share, the list of an expert's patches, and the pooling of what it made, while that is still in the L2 cache.
/// </summary>
internal static class WindowEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        WriteShare(writer, layer);
        WriteList(writer, plan, layer);
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
    public static Method PoolRows(LayerPlan layer) => new(
        "PoolRows",
        "ref float slots, ref int integers, int samples", ("ref float parameters", layer.HasBias), ("int s", layer.Experts > 1), "int from, int to");

    /// <summary>The first row of a tile, of the tile behind the last the row behind the last.</summary>
    public static string Row(EquatableArray<TileRun> runs, Expression tile)
    {
        TileRun first = runs[0];
        Expression start = tile * first.Size;
        return runs.Count == 1 ? start.ToString() : $"{tile} <= {first.Tiles} ? {start} : {((tile - first.Tiles) * runs[1].Size) + first.End}";
    }

    /// <summary>A worker's first or last row within a run of tiles.</summary>
    public static string Bound(string method, string value, int bound, bool isOuter) => isOuter ? value : $"Math.{method}({value}, {bound})";

    private static Method ListRows(LayerPlan layer) =>
        new("ListRows", "ref int integers, int samples", ("int s", UsesExpert(layer)), "ref nint list") { Returns = "int" };

    /// <summary>Whether it matters which expert it is: the only one of a dense layer sees every patch.</summary>
    private static bool UsesExpert(LayerPlan layer) => layer.Experts > 1;

    private static void WriteShare(SourceWriter writer, LayerPlan layer)
    {
        int tiles = (layer.HasPanels ? layer.Kernel.VectorTiles : layer.Kernel.RowTiles).Sum(run => run.Tiles);
        int units = layer.Experts * tiles;
        const string summary = "The outputs of a window's samples, whose routes are known, and the activations: one worker's share of experts × tiles of neurons.";
        void Calls(Expression s)
        {
            if (layer.HasPanels)
            {
                WindowPanels.WriteCalls(writer, layer, s, tiles);
            }
            else
            {
                WindowDots.WriteCalls(writer, layer, s, tiles);
            }
        }

        writer.Kernel(LayerMethods.ForwardWindow(layer), summary, () =>
        {
            writer.Lines("ref nint list = ref As<float, nint>(ref own);");
            if (tiles == 1 && layer.Experts > 1)
            {
                writer.ShareLoop("s", layer.Experts, s =>
                {
                    writer.Call(ListRows(layer).Call(), "int rows = ");
                    Calls(s);
                });

                return;
            }

            if (layer.Experts == 1)
            {
                writer.Lines($"int tile = (int)({units}L * worker / workers);\nint tiles = (int)({units}L * (worker + 1) / workers);");
                using (writer.Block("if (tile < tiles)"))
                {
                    writer.Call(ListRows(layer).Call(), "int rows = ");
                    Calls(0);
                }

                return;
            }

            writer.Lines($"int end = (int)({units}L * (worker + 1) / workers);");
            using (writer.Block($"for (int unit = (int)({units}L * worker / workers); unit < end;)"))
            {
                writer.Lines($"""
                    int s = unit / {tiles};
                    int tile = unit % {tiles};
                    int tiles = Math.Min({tiles}, tile + end - unit);
                    unit += tiles - tile;
                    """);
                writer.Call(ListRows(layer).Call(), "int rows = ");
                Calls(S);
            }
        });
    }

    private static void WriteList(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        const string summary = "Lists the patches of expert s in the window, for each where it lies behind x and where its activations lie behind the slots; returns their number.";
        BlockPlaces block = BlockPlaces.InWindow(layer);
        Expression s = UsesExpert(layer) ? S : 0;
        writer.Method(ListRows(layer), summary, () =>
        {
            writer.Lines("int rows = 0;");
            WriteSamples(writer, layer, () =>
            {
                if (layer.TakesByRoute)
                {
                    writer.Lines($"ref int routes = ref {block.Routes(s)};");
                }

                writer.Lines($"nint patches = {PatchPlaces.InWindow(plan, layer) + PatchPlaces.Copies(layer, s)};\nnint activations = {block.Activations(s).Offset};");
                using (writer.Block("for (int t = 0; t < taken; t++, rows++)"))
                {
                    writer.Lines($"Add(ref list, 2 * rows) = {(Expression)"patches" + PatchPlaces.ExpertPatch(layer, T)};");
                    writer.Lines($"Add(ref list, (2 * rows) + 1) = {(Expression)"activations" + (T * layer.Kernel.ActivationStep)};");
                }
            });
            writer.Gap();
            writer.Lines("return rows;");
        });
    }

    private static void WritePoolRows(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.InWindow(layer);
        Expression s = UsesExpert(layer) ? S : 0;
        writer.Kernel(PoolRows(layer), $"The outputs y of neurons from…to−1{(UsesExpert(layer) ? " of expert s" : string.Empty)}, for every sample of the window.", () => WriteSamples(writer, layer, () =>
        {
            Expression scale = ExpertText.Scale(layer);
            writer.Lines($"float scale = {(layer.Routing == Routing.Sample ? scale * block.Probability(s) : scale)};");
            Place outputs = (Place)"slots" + $"Slot.Layer{layer.Index}Outputs" + (B * "Slot.Floats") + (BlockPlaces.Instance(layer) * layer.Outputs) + (s * layer.Neurons);
            writer.Call(LayerMethods.PoolForward(layer).Call(
                ("bias", (Place)"parameters" + "BiasesAt" + (s * layer.Neurons)), ("gates", block.Gates(s)), ("activations", block.Activations(s)), ("y", outputs)));
        }));
    }

    /// <summary>A loop over the instances of the window's samples, with the number of patches that expert s takes.</summary>
    private static void WriteSamples(SourceWriter writer, LayerPlan layer, Action body)
    {
        using (writer.Block("for (int b = 0; b < samples; b++)"))
        {
            writer.Loop("g", layer.Instances, _ =>
            {
                BlockPlaces.WriteChoices(writer, layer);
                BlockPlaces.InWindow(layer).WriteTaken(writer, UsesExpert(layer) ? S : 0);
                body();
            });
        }
    }
}
