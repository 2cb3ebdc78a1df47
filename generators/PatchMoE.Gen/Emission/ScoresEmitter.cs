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
        if (layer.HasRouterPanels)
        {
            ScorePanels.WriteTiles(writer, layer);
            return;
        }

        Dots(layer).Write(
            writer,
            from patches in layer.SkipsPadding
                ? layer.ValidScoreTiles.For(layer.Lanes).SelectMany(sizes => sizes)
                : layer.ScoreTiles.For(layer.Lanes).SelectMany(runs => runs.Select(run => run.Size))
            from routers in layer.RouterTiles
            select (patches, routers.Size));
        writer.Gap();
    }

    /// <summary>The kernel of the scores [k, n].</summary>
    private static DotTiles Dots(LayerPlan layer) => new("Score", layer.Dimension, PatchStep: 1, RowStep: layer.Patches, Image: layer.Access.Image);

    public static Method Scores(LayerPlan layer) => new(
        "Scores", "ref float x", ("int valid", layer.SkipsPadding), ("ref float router", !layer.HasRouterPanels), ("ref float panels", layer.HasRouterPanels), "ref float scores", LayerMethods.Part(layer));

    private static Method Select(LayerPlan layer) => new("Select", "ref float scores, int valid, ref int routes", LayerMethods.Scratch(layer));

    private static void WriteRoute(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        string part = layer.ExpertParts > 1 ? " of experts first…last−1" : string.Empty;
        writer.Kernel(LayerMethods.Route(layer), $"Chooses each expert's patches: scores, routes and gates{part}.", () =>
        {
            writer.Lines($"int taken = Math.Min(valid, {layer.Taken});\nintegers = taken;\n{block.Valid} = valid;");
            writer.Call(Scores(layer).Call(("router", (Place)"parameters" + "RouterAt"), ("panels", (Place)"panels" + layer.RouterPanelsAt), ("scores", block.Scores(0))));
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
            $"x [{n}, {d}]{(layer.SkipsPadding ? ", of which valid are read" : string.Empty)}, {(layer.HasRouterPanels ? $"panels [{layer.RouterPanels}, {d}, 16]" : $"router [{k}, {d}]")}, scores [{k}, {n}]",
            layer.HasRouterPanels ? "panels of 16 experts stay in the L1 cache while the patches pass" : (layer.KeepsRouters ? "a tile of routers stays in the L1 cache while all patches pass over it" : "a tile of patches stays in the L1 cache while all routers pass over it") + (layer.PrefetchesPatches ? "; meanwhile the next patches are asked for" : string.Empty),
            2L * n * k * d,
            4L * ((n * (long)d) + (k * (long)d) + (n * k)));
        writer.Kernel(Scores(layer), doc, () =>
        {
            if (layer.SkipsPadding)
            {
                WriteValid(writer, layer);
                return;
            }

            WidthChoice.Write(writer, layer.Lanes, layer.ScoreTiles, tiles =>
            {
                if (layer.KeepsRouters)
                {
                    WriteRouters(writer, layer, s => WritePatches(writer, tiles, (patches, j) =>
                    {
                        WritePlaces(writer, layer, patches, j);
                        WriteTile(writer, layer, patches, j, s);
                    }));
                    return;
                }

                WritePatches(writer, tiles, (patches, j) => WriteTiles(writer, layer, patches, j));
            });
        });
    }

    /// <summary>The scores of valid patches alone: padding may be most of the input. Its scores are 0, since a check for finite values looks at all.</summary>
    private static void WriteValid(SourceWriter writer, LayerPlan layer)
    {
        int n = layer.Patches;
        if (layer.Index == 0)
        {
            bool all = layer.ExpertParts == 1;
            Place scores = (Place)"scores" + (all ? (Expression)0 : (Expression)"first" * n);
            Expression count = all ? layer.Experts * n : Expression.Raw($"(last - first) * {n}");
            writer.Block($"if (valid < {n})", () => writer.Lines($"Values.Clear(ref {scores}, {count});"));
        }

        if (layer.HasRouterPanels)
        {
            ScorePanels.WriteLoop(writer, layer);
            return;
        }

        if (n == 1)
        {
            writer.Block("if (valid == 1)", () => WriteTiles(writer, layer, 1, 0));
            return;
        }

        writer.Lines("int j = 0;");
        WidthChoice.Write(writer, layer.Lanes, layer.ValidScoreTiles, sizes =>
        {
            foreach (int size in sizes)
            {
                writer.Block($"for (; j <= valid - {size}; j += {size})", () => WriteTiles(writer, layer, size, J));
            }
        });
    }

    /// <summary>A loop over all tiles of patches.</summary>
    private static void WritePatches(SourceWriter writer, EquatableArray<TileRun> tiles, Action<int, Expression> body)
    {
        foreach (TileRun patches in tiles)
        {
            if (patches.Tiles > 1 || tiles.Count == 1)
            {
                writer.Tiles(patches, "j", j => body(patches.Size, j));
                continue;
            }

            // A block of its own: two runs name their patches alike.
            using (writer.Block())
            {
                body(patches.Size, patches.Start);
            }
        }
    }

    /// <summary>A loop over all tiles of routers, or those of a part of the experts.</summary>
    private static void WriteRouters(SourceWriter writer, LayerPlan layer, Action<(int Size, Expression First)> body)
    {
        foreach (TileRun routers in layer.RouterTiles)
        {
            if (layer.ExpertParts == 1)
            {
                writer.Tiles(routers, "s", s => body((routers.Size, s)));
                continue;
            }

            writer.Block($"for (int s = first; s < last; s += {routers.Size})", () => body((routers.Size, S)));
        }
    }

    private static void WriteTiles(SourceWriter writer, LayerPlan layer, int patches, Expression j)
    {
        WritePlaces(writer, layer, patches, j);
        WriteRouters(writer, layer, routers => WriteTile(writer, layer, patches, j, routers));
    }

    private static void WritePlaces(SourceWriter writer, LayerPlan layer, int patches, Expression j)
    {
        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"ref float x{p} = ref {(Place)"x" + PatchPlaces.Patch(layer, j + p)};");
        }
    }

    private static void WriteTile(SourceWriter writer, LayerPlan layer, int patches, Expression j, (int Size, Expression First) routers)
    {
        (int size, Expression s) = routers;
        if (layer.PrefetchesPatches)
        {
            int share = layer.PrefetchShare(patches);
            writer.Lines($"Values.Prefetch(ref {(Place)"x" + (PatchPlaces.Patch(layer, j + patches) + (s * share))}, {size * share});");
        }

        writer.Call(Dots(layer).Call(patches, size, (Place)"router" + (s * layer.Dimension), (Place)"scores" + ((s * layer.Patches) + j)));
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
