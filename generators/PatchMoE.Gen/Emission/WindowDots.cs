using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the inner products of an expert's listed patches with its weights, a block of d at a time.</summary>
internal static class WindowDots
{
    /// <summary>The call for the tiles of neurons from tile to tiles − 1 of expert s.</summary>
    public static void WriteCalls(SourceWriter writer, LayerPlan layer)
    {
        WindowPlan window = layer.Kernel.Window!;
        writer.Lines($$"""
            ref float products = ref Add(ref own, {{window.ListFloats}});
            int from = {{Neuron(layer, "tile")}};
            int to = {{Neuron(layer, "tiles")}};
            for (int q = 0; q < rows; q += {{window.Rows}})
            {
                ActivateRows<S, V>(ref x, ref slots, {{Format.At("parameters", "WeightsAt", ("s", layer.Neurons * layer.Dimension))}}, ref Add(ref list, 2 * q), Math.Min({{window.Rows}}, rows - q), from, to, ref products);
            }
            """);
        WindowEmitter.WritePoolCall(writer, layer, "from", "to");
    }

    /// <summary>Prints the kernel that those calls need.</summary>
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        writer.Gap();
        WriteRows(writer, layer, layer.Kernel.Window!);
    }

    /// <summary>The first neuron of a tile; of the tile behind the last, M.</summary>
    private static string Neuron(LayerPlan layer, string tile)
    {
        TileRun first = layer.Kernel.RowTiles[0];
        string start = Format.Offset("0", (tile, first.Size));
        return layer.Kernel.RowTiles.Count == 1
            ? start
            : $"{tile} <= {first.Tiles} ? {start} : {Format.Offset($"{first.End}", ($"{tile} - {first.Tiles}", layer.Kernel.RowTiles[1].Size))}";
    }

    private static void WriteRows(SourceWriter writer, LayerPlan layer, WindowPlan window)
    {
        (int m, int d, int step) = (layer.Neurons, layer.Dimension, layer.Kernel.ActivationStep);
        new KernelDoc(
            "activations[q, r] = ⟨v_r, x_q⟩",
            $"q row of the list 0…{window.Rows - 1}, r neuron from…to−1, i value 0…{d - 1}",
            $"x_q [{d}], weights [{m}, {d}], products [{window.Rows}, {step}]",
            $"{window.Block} values of d at a time: {m} × {window.Block} weights stay in the second cache while all rows pass, a tile of {layer.Kernel.PatchTiles[0]} rows in the first while the neurons pass",
            2L * m * d,
            4L * d).WritePer(writer, "row");
        using (WidthDispatch.Kernel(writer, "private static void ActivateRows<S, V>(ref float x, ref float slots, ref float weights, ref nint list, int rows, int from, int to, ref float products)"))
        {
            WriteBlocks(writer, layer, window, () =>
            {
                writer.Lines("int q = 0;");
                foreach (int patches in layer.Kernel.PatchTiles)
                {
                    using (writer.Block($"for (; q <= rows - {patches}; q += {patches})"))
                    {
                        for (int p = 0; p < patches; p++)
                        {
                            writer.Lines($"ref float x{p} = ref Add(ref x, Add(ref list, 2 * {(p == 0 ? "q" : $"(q + {p})")}) + at);");
                        }

                        foreach (TileRun run in layer.Kernel.RowTiles)
                        {
                            using (writer.Block($"for (int r = Math.Max(from, {run.Start}); r < Math.Min(to, {run.End}); r += {run.Size})"))
                            {
                                writer.Lines(ExpertsEmitter.Dots(layer).Call(
                                    patches,
                                    run.Size,
                                    Enumerable.Range(0, patches).Select(p => $"ref x{p}"),
                                    Format.At("weights", "0", ("r", d), ("column", 1)),
                                    Format.At("products", "0", ("q", step), ("r", 1))));
                            }
                        }
                    }
                }
            });
            writer.Gap();
            writer.Lines($$"""
                for (int q = 0; q < rows; q++)
                {
                    Values.Copy({{Format.At("products", "from", ("q", step))}}, ref Add(ref slots, Add(ref list, (2 * q) + 1) + from), to - from);
                }
                """);
        }
    }

    /// <summary>A loop over blocks of values: so many from column on, which lie at behind a patch's first.</summary>
    private static void WriteBlocks(SourceWriter writer, LayerPlan layer, WindowPlan window, Action body)
    {
        if (layer.Access.ExpertImage is not { } image)
        {
            using (writer.Block($"for (int column = 0; column < {layer.Dimension}; column += {window.Block})"))
            {
                writer.Lines($"int length = Math.Min({window.Block}, {layer.Dimension} - column);\nint at = column;");
                body();
            }

            return;
        }

        using (writer.Block($"for (int y = 0; y < {image.PixelRows}; y++)"))
        {
            using (writer.Block($"for (int i = 0; i < {image.Length}; i += {window.Block})"))
            {
                writer.Lines($"int length = Math.Min({window.Block}, {image.Length} - i);\nint column = (y * {image.Length}) + i;\nint at = (y * {image.Step}) + i;");
                body();
            }
        }
    }
}
