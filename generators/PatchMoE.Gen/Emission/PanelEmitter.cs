using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints the kernel for many neurons: weights packed neuron-minor, so that a value of a patch, broadcast, meets 16 neurons at a time and their
/// sums stay in their lanes.
/// </summary>
internal static class PanelEmitter
{
    /// <summary>Where a layer's packed weights begin.</summary>
    public static string Place(LayerPlan layer, string panels = "workspace.Panels") => Format.At(panels, $"{layer.Panels}");

    /// <summary>The call of a tile: from vector v of the panels on.</summary>
    public static string Call(int patches, int vectors, IEnumerable<string> rows, string v, LayerPlan layer)
    {
        string panel = Format.At("panels", "0", (v, ExpertKernel.Vector * layer.Dimension));
        string activations = Format.At("activations", "0", ("t", layer.Kernel.ActivationStep), (v, ExpertKernel.Vector));
        return $"Panel{patches}x{vectors}<S, V>({string.Join(", ", rows)}, {panel}, {activations});";
    }

    /// <summary>The arguments <c>ref x0, ref x1, …</c> of a tile.</summary>
    public static string Names(int patches, string name) => string.Join(", ", Enumerable.Range(0, patches).Select(p => $"ref {name}{p}"));

    /// <summary>Prints the packing of a layer's weights.</summary>
    public static void WritePack(SourceWriter writer, LayerPlan layer)
    {
        (int m, int d, int vector) = (layer.Neurons, layer.Dimension, ExpertKernel.Vector);
        writer.Lines("/// <summary>Packs the weights, expert after expert: panels [d, width] whose rows hold one value of each of width neurons. One worker's share.</summary>");
        using (writer.Block("public static void PackPanels(ref float parameters, ref float panels, int worker, int workers)"))
        {
            using (writer.Block($"for (int s = (int)({layer.Experts}L * worker / workers); s < (int)({layer.Experts}L * (worker + 1) / workers); s++)"))
            {
                writer.Lines($"ref float weights = {Format.At("parameters", "WeightsAt", ("s", layer.Experts == 1 ? 0 : m * d))};");
                writer.Lines($"ref float packed = {Format.At("panels", "0", ("s", layer.Experts == 1 ? 0 : layer.ExpertPanels))};");
                foreach (TileRun run in layer.Kernel.VectorTiles)
                {
                    int width = run.Size * vector;
                    writer.Tiles(run, "v", v =>
                    {
                        string rows = Format.At("weights", "0", (v, vector * d));
                        string count = run.End * vector <= m ? $"{width}" : run.Tiles == 1 ? $"{m - (run.Start * vector)}" : $"Math.Min({width}, {m} - (v * {vector}))";
                        writer.Lines($"Panels.Pack({rows}, {count}, {d}, {Format.At("packed", "0", (v, vector * d))}, {width});");
                    });
                }
            }
        }
    }

    /// <summary>Prints the tiles that a layer with panels needs.</summary>
    public static void WriteTiles(SourceWriter writer, LayerPlan layer)
    {
        foreach (int vectors in layer.Kernel.VectorTiles.Select(run => run.Size).Distinct())
        {
            foreach (int patches in layer.Kernel.PatchTiles)
            {
                writer.Gap();
                WriteTile(writer, layer, patches, vectors);
            }
        }
    }

    private static void WriteTile(SourceWriter writer, LayerPlan layer, int patches, int vectors)
    {
        (int d, int width, int step) = (layer.Dimension, vectors * ExpertKernel.Vector, layer.Kernel.ActivationStep);
        int[] columns = Enumerable.Range(0, vectors).ToArray();
        new KernelDoc(
            "activations[p, r] = Σ_i x_p[i] · panel[i, r]",
            $"p patch 0…{patches - 1}, r neuron 0…{width - 1}, i value 0…{d - 1}",
            $"x_p [{d}], panel [{d}, {width}], activations [{patches}, {step}]",
            $"{patches} × {vectors} sums in registers, {Format.Plural(vectors, "weight vector")} and a broadcast value; narrower machines go over the panel in columns",
            2L * patches * width * d,
            4L * (((patches + (long)width) * d) + (patches * width))).Write(writer);
        string x = string.Join(", ", Enumerable.Range(0, patches).Select(p => $"ref float x{p}"));
        string activations = layer.HasWindow ? string.Join(", ", Enumerable.Range(0, patches).Select(p => $"ref float activations{p}")) : "ref float activations";
        using (WidthDispatch.Kernel(writer, $"private static void Panel{patches}x{vectors}<S, V>({x}, ref float panel, {activations})"))
        {
            using (writer.Block($"for (int r = 0; r < {width}; r += {(vectors == 1 ? "S.Lanes" : $"{vectors} * S.Lanes")})"))
            {
                for (int p = 0; p < patches; p++)
                {
                    writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{p}{c} = S.Zero"))};");
                }

                writer.Lines("ref float row = ref Add(ref panel, r);");
                WriteValues(writer, layer, () =>
                {
                    foreach (int c in columns)
                    {
                        writer.Lines($"V w{c} = S.Load(ref row, {Format.Lane(c)});");
                    }

                    for (int p = 0; p < patches; p++)
                    {
                        writer.Lines($"V v{p} = S.Create(Add(ref x{p}, i));");
                        foreach (int c in columns)
                        {
                            writer.Lines($"sum{p}{c} = S.MultiplyAdd(v{p}, w{c}, sum{p}{c});");
                        }
                    }

                    writer.Lines($"row = ref Add(ref row, {width});");
                });

                writer.Gap();
                for (int p = 0; p < patches; p++)
                {
                    writer.Lines($"ref float to{p} = {(layer.HasWindow ? Format.At($"activations{p}", "r") : Format.At("activations", $"{p * step}", ("r", 1)))};");
                    foreach (int c in columns)
                    {
                        writer.Lines($"S.Store(sum{p}{c}, ref to{p}, {Format.Lane(c)});");
                    }
                }
            }
        }
    }

    /// <summary>A loop over the values i of a patch, as they lie behind its first.</summary>
    private static void WriteValues(SourceWriter writer, LayerPlan layer, Action body)
    {
        if (layer.Access.ExpertImage is not { } image)
        {
            using (writer.Block($"for (int i = 0; i < {layer.Dimension}; i++)"))
            {
                body();
            }

            return;
        }

        using (writer.Block($"for (int y = 0; y < {image.PixelRows}; y++)"))
        {
            using (writer.Block($"for (int i = y * {image.Step}; i < (y * {image.Step}) + {image.Length}; i++)"))
            {
                body();
            }
        }
    }
}
