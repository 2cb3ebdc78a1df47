using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the router of an expertChoice layer: scores, selection and gates of one instance.</summary>
internal static class ScoresEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        writer.Gap();
        WriteRoute(writer, layer);
        writer.Gap();
        WriteScores(writer, layer);
        Dots(layer).Write(
            writer,
            from patches in PatchRuns(layer)
            from routers in layer.RouterTiles
            select (patches.Size, routers.Size));
        SelectEmitter.Write(writer, layer);
        if (layer.HasGate)
        {
            GateEmitter.Write(writer, layer);
        }
    }

    /// <summary>The kernel of the scores [k, n].</summary>
    private static DotTiles Dots(LayerPlan layer) => new("Score", layer.Dimension, PatchStep: 1, RowStep: layer.Patches, Image: layer.Access.Image);

    private static EquatableArray<TileRun> PatchRuns(LayerPlan layer) => Split.Evenly(layer.Patches, Planner.TileColumns);

    private static void WriteRoute(SourceWriter writer, LayerPlan layer)
    {
        string scratch = LayerEmitter.SelectsWith(layer, ", ref int scratch");
        writer.Lines("/// <summary>Chooses each expert's patches: scores, selection, gates. Writes the block's scores and gates and all of its integers.</summary>");
        using (WidthDispatch.Kernel(writer, $"private static void Route<S, V>(ref float x, int valid, ref float parameters, ref float block, ref int integers{scratch}{LayerEmitter.InParts(layer, ", int first, int last")})"))
        {
            BlockPlan block = layer.Block;
            writer.Lines($"int taken = Math.Min(valid, {layer.Taken});");
            writer.Lines($"integers = taken;\nAdd(ref integers, ValidAt) = valid;");
            writer.Lines($"Scores<S, V>(ref x, {Format.At("parameters", "RouterAt")}, {Format.At("block", "ScoresAt")}{LayerEmitter.InParts(layer, ", first, last")});");
            using (writer.Block(LayerEmitter.ExpertLoop(layer)))
            {
                writer.Lines($"ref float scores = {Format.At("block", "ScoresAt", ("s", layer.Patches))};");
                writer.Lines($"ref int routes = {Format.At("integers", "RoutesAt", ("s", layer.Taken))};");
                writer.Lines($"Select(ref scores, valid, ref routes{LayerEmitter.SelectsWith(layer, ", ref scratch")});");
                if (layer.HasGate)
                {
                    string gates = Format.At("block", "GatesAt", ("s", layer.Taken));
                    writer.Lines(layer.Spec.Gate == Gate.SoftmaxAll
                        ? $"OpenGates(ref scores, valid, ref routes, taken, {Format.At("block", "ProbabilitiesAt", ("s", layer.Patches))}, {gates});"
                        : $"OpenGates(ref scores, ref routes, taken, {gates});");
                }
            }
        }
    }

    private static void WriteScores(SourceWriter writer, LayerPlan layer)
    {
        (int n, int d, int k) = (layer.Patches, layer.Dimension, layer.Experts);
        new KernelDoc(
            "scores[s, j] = ⟨w_s, x_j⟩",
            $"s expert 0…{k - 1}, j patch 0…{n - 1}",
            $"x [{n}, {d}], router [{k}, {d}], scores [{k}, {n}]",
            "a tile of patches stays in the first cache while all routers pass over it",
            2L * n * k * d,
            4L * ((n * (long)d) + (k * (long)d) + (n * k))).Write(writer);
        using (WidthDispatch.Kernel(writer, $"private static void Scores<S, V>(ref float x, ref float router, ref float scores{LayerEmitter.InParts(layer, ", int first, int last")})"))
        {
            foreach (TileRun patches in PatchRuns(layer))
            {
                using (writer.Block($"for (int j = {patches.Start}; j < {patches.End}; j += {patches.Size})"))
                {
                    for (int p = 0; p < patches.Size; p++)
                    {
                        writer.Lines($"ref float x{p} = ref Add(ref x, {LayerEmitter.Patch(layer, p == 0 ? "j" : $"j + {p}")});");
                    }

                    foreach (TileRun routers in layer.RouterTiles)
                    {
                        void Write(string s) => writer.Lines(Dots(layer).Call(
                            patches.Size,
                            routers.Size,
                            Enumerable.Range(0, patches.Size).Select(p => $"ref x{p}"),
                            Format.At("router", "0", (s, d)),
                            Format.At("scores", "0", (s, n), ("j", 1))));
                        if (layer.ExpertParts == 1)
                        {
                            writer.Tiles(routers, "s", Write);
                            continue;
                        }

                        using (writer.Block($"for (int s = first; s < last; s += {routers.Size})"))
                        {
                            Write("s");
                        }
                    }
                }
            }
        }
    }
}
