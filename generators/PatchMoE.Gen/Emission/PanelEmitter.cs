using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints the kernel for many neurons: weights packed neuron-minor, so that a value of a patch, broadcast, meets 16 neurons at a time and their
/// sums stay in their lanes.
/// </summary>
internal static class PanelEmitter
{
    /// <summary>A tile: patches x0, x1, … and a panel. What they give lies behind one place, or, in a window, in a place for each patch: to0, to1, ….</summary>
    public static Method Tile(LayerPlan layer, int patches, int vectors) => new(
        $"Panel{patches}x{vectors}",
        [
            .. PatchPlaces.Parameters(patches),
            "ref float panel",
            .. layer.HasWindow ? PatchPlaces.Parameters(patches, "to") : ["ref float activations"],
        ]);

    public static void WritePack(SourceWriter writer, LayerPlan layer)
    {
        (int m, int d, int vector) = (layer.Neurons, layer.Dimension, ExpertKernel.Vector);
        const string summary = "Packs the weights, expert after expert: panels [d, width] whose rows hold one value of each of width neurons. One worker's share.";
        void Expert(Expression s)
        {
            writer.Lines($"ref float weights = ref {(Place)"parameters" + "WeightsAt" + (s * m * d)};");
            writer.Lines($"ref float packed = ref {(Place)"panels" + (s * layer.ExpertPanels)};");
            foreach (TileRun run in layer.Kernel.VectorTiles)
            {
                int width = run.Size * vector;
                writer.Tiles(run, "v", v =>
                {
                    Expression count = run.End * vector <= m ? width : Expression.Min(width, m - (v * vector));
                    writer.Lines($"Panels.Pack(ref {(Place)"weights" + (v * vector * d)}, {count}, {d}, ref {(Place)"packed" + (v * vector * d)}, {width});");
                });
            }
        }

        writer.Method(LayerMethods.PackPanels, summary, () => writer.ShareLoop("s", layer.Experts, Expert));
    }

    public static void WriteTiles(SourceWriter writer, LayerPlan layer)
    {
        foreach (int vectors in layer.Kernel.VectorTiles.Select(run => run.Size).Distinct())
        {
            foreach (int patches in layer.Kernel.PatchTiles)
            {
                WriteTile(writer, layer, patches, vectors);
            }
        }
    }

    private static void WriteTile(SourceWriter writer, LayerPlan layer, int patches, int vectors)
    {
        (int d, int width, int step) = (layer.Dimension, vectors * ExpertKernel.Vector, layer.Kernel.ActivationStep);
        int[] columns = [.. Enumerable.Range(0, vectors)];
        var doc = new KernelDoc(
            $"{(layer.HasWindow ? "to_p[r]" : "activations[p, r]")} = Σ_i x_p[i] · panel[i, r]",
            $"p patch 0…{patches - 1}, r neuron 0…{width - 1}, i value 0…{d - 1}",
            $"x_p [{d}], panel [{d}, {width}], {(layer.HasWindow ? $"to_p [{width}]" : $"activations [{patches}, {step}]")}",
            $"{patches} × {vectors} sums in registers, {Format.Plural(vectors, "weight vector")} and a broadcast value; narrower machines go over the panel in columns",
            2L * patches * width * d,
            4L * (((patches + (long)width) * d) + (patches * width)));
        writer.Kernel(Tile(layer, patches, vectors), doc, () =>
        {
            using (writer.Block($"for (int r = 0; r < {width}; r += {(vectors == 1 ? "S.Lanes" : $"{vectors} * S.Lanes")})"))
            {
                for (int p = 0; p < patches; p++)
                {
                    writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{p}{c} = S.Zero"))};");
                }

                writer.Lines("ref float row = ref Add(ref panel, r);");
                WriteValues(writer, layer, i =>
                {
                    foreach (int c in columns)
                    {
                        writer.Lines($"V w{c} = S.Load(ref row, {VectorTypes.Lane(c)});");
                    }

                    for (int p = 0; p < patches; p++)
                    {
                        writer.Lines($"V v{p} = S.Create({(Place)$"x{p}" + i});");
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
                    writer.Lines($"ref float tile{p} = ref {(layer.HasWindow ? (Place)$"to{p}" + R : (Place)"activations" + ((Expression)(p * step) + R))};");
                    foreach (int c in columns)
                    {
                        writer.Lines($"S.Store(sum{p}{c}, ref tile{p}, {VectorTypes.Lane(c)});");
                    }
                }
            }
        });
    }

    /// <summary>A loop over the values i of a patch, as they lie behind its first.</summary>
    private static void WriteValues(SourceWriter writer, LayerPlan layer, Action<Expression> body)
    {
        if (layer.Access.ExpertImage is not { PixelRows: > 1 } image)
        {
            writer.Loop("i", layer.Dimension, body);
            return;
        }

        using (writer.Block($"for (int y = 0; y < {image.PixelRows}; y++)"))
        {
            writer.Block($"for (int i = y * {image.Step}; i < (y * {image.Step}) + {image.Length}; i++)", () => body("i"));
        }
    }
}
