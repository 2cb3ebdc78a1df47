using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the router of an expertChoice layer: scores, selection and gates of one instance.</summary>
internal static class ScoresEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        WriteRoute(writer, layer);
        WriteScores(writer, layer);
        WriteSelect(writer, layer);
        if (layer.HasGate)
        {
            GateEmitter.Write(writer, layer);
        }
    }

    /// <summary>Prints the scores [k, n] of all patches.</summary>
    public static void WriteScores(SourceWriter writer, LayerPlan layer)
    {
        WriteLoops(writer, layer);
        Dots(layer).Write(
            writer,
            from choice in layer.ScoreTiles.For(layer.Lanes)
            from patches in choice
            from routers in layer.RouterTiles
            select (patches.Size, routers.Size));
        writer.Gap();
    }

    /// <summary>The kernel of the scores [k, n].</summary>
    private static DotTiles Dots(LayerPlan layer) => new("Score", layer.Dimension, PatchStep: 1, RowStep: layer.Patches, Image: layer.Access.Image);

    public static Method Scores(LayerPlan layer) => new("Scores", "ref float x, ref float router, ref float scores", LayerMethods.Part(layer));

    private static Method Select(LayerPlan layer) => new("Select", "ref float scores, int valid, ref int routes", LayerMethods.Scratch(layer));

    private static void WriteRoute(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        string part = layer.ExpertParts > 1 ? " of experts first…last−1" : string.Empty;
        writer.Kernel(LayerMethods.Route(layer), $"Chooses each expert's patches: scores, routes and gates{part}.", () =>
        {
            writer.Lines($"int taken = Math.Min(valid, {layer.Taken});\nintegers = taken;\n{block.Valid} = valid;");
            writer.Call(Scores(layer).Call(("router", (Place)"parameters" + "RouterAt"), ("scores", block.Scores(0))));
            LayerMethods.WriteExperts(writer, layer, s =>
            {
                writer.Lines($"ref float scores = ref {block.Scores(s)};\nref int routes = ref {block.Routes(s)};");
                writer.Call(Select(layer).Call());
                if (layer.HasGate)
                {
                    writer.Call(LayerMethods.GateForward(layer).Call(("probabilities", block.Probabilities(s)), ("gates", block.Gates(s))));
                }
            });
        });
    }

    private static void WriteLoops(SourceWriter writer, LayerPlan layer)
    {
        (int n, int d, int k) = (layer.Patches, layer.Dimension, layer.Experts);
        var doc = new KernelDoc(
            "scores[s, j] = ⟨w_s, x_j⟩",
            $"s expert 0…{k - 1}, j patch 0…{n - 1}",
            $"x [{n}, {d}], router [{k}, {d}], scores [{k}, {n}]",
            "a tile of patches stays in the L1 cache while all routers pass over it",
            2L * n * k * d,
            4L * ((n * (long)d) + (k * (long)d) + (n * k)));
        writer.Kernel(Scores(layer), doc, () =>
        {
            WidthChoice.Write(writer, layer.Lanes, layer.ScoreTiles, tiles =>
            {
                foreach (TileRun patches in tiles)
                {
                    if (patches.Tiles > 1 || tiles.Count == 1)
                    {
                        writer.Tiles(patches, "j", j => WriteTiles(writer, layer, patches, j));
                        continue;
                    }

                    // A block of its own: two runs name their patches alike.
                    using (writer.Block())
                    {
                        WriteTiles(writer, layer, patches, patches.Start);
                    }
                }
            });
        });
    }

    private static void WriteTiles(SourceWriter writer, LayerPlan layer, TileRun patches, Expression j)
    {
        for (int p = 0; p < patches.Size; p++)
        {
            writer.Lines($"ref float x{p} = ref {(Place)"x" + PatchPlaces.Patch(layer, j + p)};");
        }

        foreach (TileRun routers in layer.RouterTiles)
        {
            void Tile(Expression s) => writer.Call(Dots(layer).Call(
                patches.Size, routers.Size, (Place)"router" + (s * layer.Dimension), (Place)"scores" + ((s * layer.Patches) + j)));
            if (layer.ExpertParts == 1)
            {
                writer.Tiles(routers, "s", Tile);
                continue;
            }

            writer.Block($"for (int s = first; s < last; s += {routers.Size})", () => Tile(S));
        }
    }

    private static void WriteSelect(SourceWriter writer, LayerPlan layer)
    {
        (int n, int l) = (layer.Patches, layer.Taken);
        void Documentation(SourceWriter doc)
        {
            doc.Summary($"routes = the indices of the {l} largest of {n} scores, best first; of equal scores the lower index first.");
            doc.Lines("/// <remarks>").Comment("///", $"Kernel: {layer.Selection!.Reason}.");
            doc.Lines($"/// Shapes: scores [{n}], of which valid count; routes [{l}], filled with −1 behind the patches taken.\n/// </remarks>");
        }

        writer.Method(Select(layer), Documentation, () =>
            writer.Lines($"TopScores.By{layer.Selection!.Kernel}(ref scores, valid, {l}, ref routes, ref scratch);"));
    }
}
