using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passing of an expert's listed patches over its panels.</summary>
internal static class WindowPanels
{
    private static Method Panel(LayerPlan layer, int vectors) => new(
        $"PreActivationPanel{vectors}",
        "ref float x, ref float slots, ref nint list, int rows, ref float panel", ("int from", layer.Kernel.VectorTiles.Sum(run => run.Tiles) > 1));

    /// <summary>The calls for the tiles of neurons from tile to tiles − 1 of expert s, or for the only one.</summary>
    public static void WriteCalls(SourceWriter writer, LayerPlan layer, Expression s, int tiles)
    {
        if (tiles == 1)
        {
            WriteCall(writer, layer, s, layer.Kernel.VectorTiles[0], 0);
            return;
        }

        using (writer.Block("for (; tile < tiles; tile++)"))
        {
            int before = 0;
            for (int i = 0; i < layer.Kernel.VectorTiles.Count; i++)
            {
                TileRun run = layer.Kernel.VectorTiles[i];
                Expression first = (before == 0 ? "tile" : (Expression)"tile" - before) * run.Size;
                before += run.Tiles;
                void Write()
                {
                    writer.Lines($"int v = {first + run.Start};");
                    WriteCall(writer, layer, s, run, "v");
                }

                if (layer.Kernel.VectorTiles.Count == 1)
                {
                    Write();
                    return;
                }

                writer.Block(i == 0 ? $"if (tile < {before})" : "else", Write);
            }
        }
    }

    /// <summary>The call for a tile; its panel begins at vector v.</summary>
    private static void WriteCall(SourceWriter writer, LayerPlan layer, Expression s, TileRun run, Expression v)
    {
        Expression from = v * ExpertKernel.Vector;
        Expression end = from + (run.Size * ExpertKernel.Vector);
        Place panel = (Place)"panels" + ((s * layer.ExpertPanels) + (v * PanelEmitter.PanelStep(layer)));
        writer.Call(v.IsZero && layer.Kernel.VectorTiles.Sum(tiles => tiles.Tiles) == 1
            ? Panel(layer, run.Size).Call(("panel", panel))
            : Panel(layer, run.Size).Call(("panel", panel), ("from", from)));
        writer.Call(WindowEmitter.PoolRows(layer).Call(("from", from), ("to", run.End * ExpertKernel.Vector <= layer.Neurons ? end : Expression.Min(end, layer.Neurons))));
    }

    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        foreach (int vectors in layer.Kernel.VectorTiles.Select(run => run.Size).Distinct())
        {
            int width = vectors * ExpertKernel.Vector;
            Method method = Panel(layer, vectors);
            Expression from = method.Used.Any(parameter => parameter.Name == "from") ? "from" : 0;
            writer.Gap();
            var doc = new KernelDoc(
                "activations[q, r] = ⟨v_r, x_q⟩",
                $"q row of the list, r neuron {(from.IsZero ? $"0…{width - 1}" : $"from…from+{width - 1}")}, i value 0…{layer.Dimension - 1}",
                $"x_q [{layer.Dimension}], panel [{vectors}, {layer.Dimension}, 16]",
                $"tiles of {ExpertsEmitter.PatchTiles(layer)} patches, whatever samples they come from",
                2L * width * layer.Dimension,
                4L * layer.Dimension) { Per = "row" };
            writer.Kernel(method, doc, () =>
            {
                writer.Lines("int q = 0;");
                foreach (int patches in layer.Kernel.PatchTiles.Wide)
                {
                    using (writer.Block($"for (; q <= rows - {patches}; q += {patches})"))
                    {
                        for (int p = 0; p < patches; p++)
                        {
                            Expression row = 2 * (Q + p);
                            Expression to = (Place)"list" + (row + 1);
                            writer.Lines($"ref float x{p} = ref Add(ref x, {(Place)"list" + row});\nref float to{p} = ref {(Place)"slots" + (to + from)};");
                        }

                        writer.Call(PanelEmitter.Tile(layer, patches, vectors).Call());
                    }
                }
            });
        }
    }
}
