using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passing of an expert's listed patches over its panels: over whole rows that are packed before the pass, or over a block of them at a time that is packed here.</summary>
internal static class WindowPanels
{
    private static Method Panel(LayerPlan layer, int vectors) => new(
        $"PreActivationPanel{vectors}",
        "ref float x, ref float slots, ref nint list, int rows, ref float panel", ("int from", HasParts(layer)),
        ("int at", layer.Kernel.PanelWindow is not null), PanelEmitter.BlockLength(layer), PanelEmitter.Adds(layer));

    /// <summary>The blocks of some panels of an expert, one after the other.</summary>
    private static Method Blocks(LayerPlan layer) => new(
        "PreActivationBlocks", "ref float x, ref float slots, ref float weights, ref nint list, int rows", ("int first, int last", HasParts(layer)), "ref float panels");

    /// <summary>Whether workers share an expert's panels.</summary>
    private static bool HasParts(LayerPlan layer) => layer.Kernel.VectorTiles.Sum(run => run.Tiles) > 1;

    /// <summary>The calls for the tiles of neurons from tile to tiles − 1 of expert s, or for the only one.</summary>
    public static void WriteCalls(SourceWriter writer, LayerPlan layer, Expression s, int tiles)
    {
        if (layer.Kernel.PanelWindow is { } window)
        {
            WriteBlockCalls(writer, layer, s, window);
            return;
        }

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
        writer.Call(v.IsZero && !HasParts(layer)
            ? Panel(layer, run.Size).Call(("panel", panel))
            : Panel(layer, run.Size).Call(("panel", panel), ("from", from)));
        writer.Call(WindowEmitter.PoolRows(layer).Call(("from", from), ("to", run.End * ExpertKernel.Vector <= layer.Neurons ? end : Expression.Min(end, layer.Neurons))));
    }

    /// <summary>The calls for panels that are packed a block at a time.</summary>
    private static void WriteBlockCalls(SourceWriter writer, LayerPlan layer, Expression s, PanelWindow window)
    {
        Place weights = (Place)"parameters" + "WeightsAt" + (s * layer.Neurons * layer.Dimension);
        Place panels = (Place)"own" + window.PanelsAt;
        if (!HasParts(layer))
        {
            writer.Call(Blocks(layer).Call(("weights", weights), ("panels", panels)));
            writer.Call(WindowEmitter.PoolRows(layer).Call(("from", 0), ("to", layer.Neurons)));
            return;
        }

        writer.Lines($"int first = {WindowEmitter.Row(layer.Kernel.VectorTiles, "tile")};\nint last = {WindowEmitter.Row(layer.Kernel.VectorTiles, "tiles")};");
        writer.Call(Blocks(layer).Call(("weights", weights), ("panels", panels)));
        writer.Call(WindowEmitter.PoolRows(layer).Call(("from", (Expression)"first" * ExpertKernel.Vector), ("to", End(layer))));
    }

    /// <summary>The neuron behind the last panel's.</summary>
    private static Expression End(LayerPlan layer)
    {
        Expression end = (Expression)"last" * ExpertKernel.Vector;
        return layer.Neurons % ExpertKernel.Vector == 0 ? end : Expression.Min(end, layer.Neurons);
    }

    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        if (layer.Kernel.PanelWindow is { } window)
        {
            WriteBlocks(writer, layer, window);
        }

        foreach (int vectors in layer.Kernel.VectorTiles.Select(run => run.Size).Distinct())
        {
            WritePanel(writer, layer, vectors);
        }
    }

    private static void WriteBlocks(SourceWriter writer, LayerPlan layer, PanelWindow window)
    {
        (int m, int d) = (layer.Neurons, layer.Dimension);
        bool parts = HasParts(layer);
        Expression first = parts ? "first" : 0;
        int longest = window.Blocks.Longest;
        writer.Gap();
        var doc = new KernelDoc(
            "activations[q, r] = ⟨v_r, x_q⟩",
            $"q row of the list, r neuron {(parts ? "of panels first…last−1" : $"0…{m - 1}")}, i value 0…{d - 1}",
            $"x_q [{d}], weights [{m}, {d}], panels [{Slots.Align(m) / ExpertKernel.Vector}, {longest}, 16]",
            $"{longest} values of d at a time: the neurons' weights are packed, and stay in the L2 cache with the rows' values while these pass over a panel after the other",
            2L * m * d,
            4L * d) { Per = "row" };
        writer.Kernel(Blocks(layer), doc, () => WindowBlocks.Write(writer, layer, window.Blocks, (column, length, at) =>
        {
            Place weights = (Place)"weights" + ((first * ExpertKernel.Vector * d) + column);
            Expression count = parts ? End(layer) - (first * ExpertKernel.Vector) : m;
            writer.Lines($"Panels.PackBlock(ref {weights}, {d}, {count}, {length}, ref panels, {PanelEmitter.PanelStep(layer)});");
            foreach (TileRun run in layer.Kernel.VectorTiles)
            {
                void Tile(Expression v) => writer.Call(Panel(layer, run.Size).Call(
                    ("panel", (Place)"panels" + ((v - first) * PanelEmitter.PanelStep(layer))),
                    ("from", v * ExpertKernel.Vector),
                    ("at", at),
                    ("length", length),
                    ("add", column.IsZero ? "false" : Expression.Raw($"{column} > 0"))));
                if (!parts)
                {
                    Tile(run.Start);
                    continue;
                }

                int end = Slots.Align(m) / ExpertKernel.Vector;
                string from = WindowEmitter.Bound("Max", "first", run.Start, run.Start == 0);
                string to = WindowEmitter.Bound("Min", "last", run.End, run.End == end);
                writer.Block($"for (int v = {from}; v < {to}; v += {run.Size})", () => Tile("v"));
            }
        }));
    }

    private static void WritePanel(SourceWriter writer, LayerPlan layer, int vectors)
    {
        int width = vectors * ExpertKernel.Vector;
        Method method = Panel(layer, vectors);
        Expression from = HasParts(layer) ? "from" : 0;
        int values = layer.Kernel.PanelWindow?.Blocks.Longest ?? layer.Dimension;
        writer.Gap();
        var doc = new KernelDoc(
            layer.Kernel.PanelWindow is null ? "activations[q, r] = ⟨v_r, x_q⟩" : "activations[q, r] = Σ_i x_q[at + i] · panel[⌊r / 16⌋, i, r mod 16], added to what was there if add is set",
            $"q row of the list, r neuron {(from.IsZero ? $"0…{width - 1}" : $"from…from+{width - 1}")}, i value 0…{values - 1}",
            $"x_q [{layer.Dimension}], panel [{vectors}, {values}, 16]",
            $"tiles of {ExpertsEmitter.PatchTiles(layer)} patches, whatever samples they come from",
            2L * width * values,
            4L * values) { Per = "row" };
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
                        Expression listed = (Place)"list" + row;
                        Expression at = layer.Kernel.PanelWindow is null ? listed : listed + "at";
                        writer.Lines($"ref float x{p} = ref {(Place)"x" + at};\nref float to{p} = ref {(Place)"slots" + (to + from)};");
                    }

                    writer.Call(PanelEmitter.Tile(layer, patches, vectors).Call());
                }
            }
        });
    }
}
