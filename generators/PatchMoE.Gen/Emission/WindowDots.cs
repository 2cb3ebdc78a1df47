using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the inner products of an expert's listed patches with its weights, a block of d at a time.</summary>
internal static class WindowDots
{
    private static Method PreActivationRows(LayerPlan layer) => new(
        "PreActivationRows",
        "ref float x, ref float slots, ref float weights, ref nint list, int rows",
        ("int from, int to", layer.Kernel.RowTiles.Sum(run => run.Tiles) > 1), "ref float products");

    /// <summary>The calls for the tiles of neurons from tile to tiles − 1 of expert s, or for all of them where there is one.</summary>
    public static void WriteCalls(SourceWriter writer, LayerPlan layer, Expression s, int tiles)
    {
        DotWindow window = layer.Kernel.DotWindow!;
        writer.Lines($"ref float products = ref Add(ref own, {window.ListFloats});");
        if (tiles > 1)
        {
            writer.Lines($"int from = {WindowEmitter.Row(layer.Kernel.RowTiles, "tile")};\nint to = {WindowEmitter.Row(layer.Kernel.RowTiles, "tiles")};");
        }

        using (writer.Block($"for (int q = 0; q < rows; q += {window.Rows})"))
        {
            writer.Call(PreActivationRows(layer).Call(
                ("weights", (Place)"parameters" + "WeightsAt" + (s * layer.Neurons * layer.Dimension)),
                ("list", (Place)"list" + (2 * Q)),
                ("rows", Expression.Min(window.Rows, (Expression)"rows" - Q))));
        }

        writer.Call(tiles > 1 ? WindowEmitter.PoolRows(layer).Call() : WindowEmitter.PoolRows(layer).Call(("from", 0), ("to", layer.Neurons)));
    }

    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        DotWindow window = layer.Kernel.DotWindow!;
        (int m, int d, int step) = (layer.Neurons, layer.Dimension, layer.Kernel.ActivationStep);
        Method method = PreActivationRows(layer);
        bool part = method.Used.Any(parameter => parameter.Name == "from");
        (Expression from, Expression to) = part ? ("from", "to") : ((Expression)0, (Expression)m);
        writer.Gap();
        var doc = new KernelDoc(
            "activations[q, r] = ⟨v_r, x_q⟩",
            $"q row of the list 0…{window.Rows - 1}, r neuron {(part ? "from…to−1" : $"0…{m - 1}")}, i value 0…{d - 1}",
            $"x_q [{d}], weights [{m}, {d}], products [{window.Rows}, {step}]",
            $"{window.Blocks.Size} values of d at a time: {m} × {window.Blocks.Size} weights stay in the L2 cache while all rows pass, a tile of {ExpertsEmitter.PatchTiles(layer)} rows in the L1 cache while the neurons pass",
            2L * m * d,
            4L * d) { Per = "row" };
        writer.Kernel(method, doc, () =>
        {
            WindowBlocks.Write(writer, layer, window.Blocks, (column, length, at) =>
            {
                writer.Lines("int q = 0;");
                WidthChoice.Write(writer, layer.Lanes, layer.Kernel.PatchTiles, tiles =>
                {
                    foreach (int patches in tiles)
                    {
                        using (writer.Block($"for (; q <= rows - {patches}; q += {patches})"))
                        {
                            for (int p = 0; p < patches; p++)
                            {
                                Expression listed = (Place)"list" + (2 * (Q + p));
                                writer.Lines($"ref float x{p} = ref {(Place)"x" + (listed + at)};");
                            }

                            foreach (TileRun run in layer.Kernel.RowTiles)
                            {
                                void Tile(Expression r) => writer.Call(ExpertText.Dots(layer).Call(
                                    patches,
                                    run.Size,
                                    (Place)"weights" + ((r * d) + column),
                                    (Place)"products" + ((Q * step) + r),
                                    ("length", length),
                                    ("add", column.IsZero ? "false" : Expression.Raw($"{column} > 0"))));
                                if (!part)
                                {
                                    Tile(run.Start);
                                    continue;
                                }

                                using (writer.Block($"for (int r = {WindowEmitter.Bound("Max", "from", run.Start, run.Start == 0)}; r < {WindowEmitter.Bound("Min", "to", run.End, run.End == m)}; r += {run.Size})"))
                                {
                                    Tile(R);
                                }
                            }
                        }
                    }
                });
            });
            writer.Gap();
            using (writer.Block("for (int q = 0; q < rows; q++)"))
            {
                writer.Lines($"Values.Copy(ref {(Place)"products" + (from + (Q * step))}, ref {(Place)"slots" + (((Expression)"Add(ref list, (2 * q) + 1)") + from)}, {to - from});");
            }
        });
    }
}
