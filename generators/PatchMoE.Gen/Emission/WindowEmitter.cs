using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints the kernel for weights that the caches cannot hold: the chosen patches of a whole window pass over a block of weights before the next
/// block is read, so that the weights come from memory once per window and not once per sample.
/// </summary>
internal static class WindowEmitter
{
    private const string Parameters = "ref float x, ref float slots, ref int integers, int samples, ref float parameters, ref float own, int worker, int workers";
    private const string Arguments = "ref x, ref slots, ref integers, samples, ref parameters, ref own, worker, workers";

    public static void Write(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        WindowPlan window = layer.Kernel.Window!;
        writer.Lines("/// <summary>The pre-activations of a window's samples, whose routes are known: one worker's share of experts × tiles of neurons.</summary>");
        WidthDispatch.Write(writer, "ActivateWindow", Parameters, Arguments, layer.Dimension);
        writer.Gap();
        WriteShare(writer, layer, window);
        writer.Gap();
        WriteList(writer, plan, layer);
        if (layer.HasPanels)
        {
            WritePanels(writer, layer);
        }
        else
        {
            writer.Gap();
            WriteRows(writer, layer, window);
        }
    }

    private static void WriteShare(SourceWriter writer, LayerPlan layer, WindowPlan window)
    {
        int tiles = (layer.HasPanels ? layer.Kernel.VectorTiles : layer.Kernel.RowTiles).Sum(run => run.Tiles);
        int units = layer.Experts * tiles;
        using (WidthDispatch.Kernel(writer, $"private static void ActivateWindow<S, V>({Parameters})"))
        {
            writer.Lines("ref nint list = ref As<float, nint>(ref own);");
            if (!layer.HasPanels)
            {
                writer.Lines($"ref float products = ref Add(ref own, {window.ListFloats});");
            }

            writer.Lines($"int end = (int)({units}L * (worker + 1) / workers);");
            using (writer.Block($"for (int unit = (int)({units}L * worker / workers); unit < end;)"))
            {
                writer.Lines($$"""
                    int s = unit / {{tiles}};
                    int tile = unit % {{tiles}};
                    int tiles = Math.Min({{tiles}}, tile + end - unit);
                    unit += tiles - tile;
                    int rows = ListRows(ref integers, samples, s, ref list);
                    """);
                if (layer.HasPanels)
                {
                    using (writer.Block("for (; tile < tiles; tile++)"))
                    {
                        WritePanelCalls(writer, layer);
                    }
                }
                else
                {
                    writer.Lines($$"""
                        int from = {{Neuron(layer, "tile")}};
                        int to = {{Neuron(layer, "tiles")}};
                        for (int q = 0; q < rows; q += {{window.Rows}})
                        {
                            ActivateRows<S, V>(ref x, ref slots, {{Format.At("parameters", "WeightsAt", ("s", layer.Neurons * layer.Dimension))}}, ref Add(ref list, 2 * q), Math.Min({{window.Rows}}, rows - q), from, to, ref products);
                        }
                        """);
                }
            }
        }
    }

    /// <summary>The call for a tile of neurons; its panel begins at vector v.</summary>
    private static void WritePanelCalls(SourceWriter writer, LayerPlan layer)
    {
        int before = 0;
        for (int i = 0; i < layer.Kernel.VectorTiles.Count; i++)
        {
            TileRun run = layer.Kernel.VectorTiles[i];
            string v = Format.Offset($"{run.Start}", (before == 0 ? "tile" : $"tile - {before}", run.Size));
            before += run.Tiles;
            void WriteCall() => writer.Lines($"int v = {v};\nActivatePanel{run.Size}<S, V>(ref x, ref slots, ref list, rows, {Format.At("parameters", "0", ("s", layer.ExpertPanels), ("v", ExpertKernel.Vector * layer.Dimension))}, v * {ExpertKernel.Vector});");
            if (layer.Kernel.VectorTiles.Count == 1)
            {
                WriteCall();
                return;
            }

            using (writer.Block(i == 0 ? $"if (tile < {before})" : "else"))
            {
                WriteCall();
            }
        }
    }

    /// <summary>All listed patches pass over one panel.</summary>
    private static void WritePanels(SourceWriter writer, LayerPlan layer)
    {
        foreach (int vectors in layer.Kernel.VectorTiles.Select(run => run.Size).Distinct())
        {
            int width = vectors * ExpertKernel.Vector;
            writer.Gap();
            new KernelDoc(
                "activations[q, r] = ⟨v_r, x_q⟩",
                $"q row of the list, r neuron from…from+{width - 1}, i value 0…{layer.Dimension - 1}",
                $"x_q [{layer.Dimension}], panel [{layer.Dimension}, {width}]",
                $"tiles of {string.Join(", ", layer.Kernel.PatchTiles)} patches, whatever samples they come from",
                2L * width * layer.Dimension,
                4L * layer.Dimension).WritePer(writer, "row");
            using (WidthDispatch.Kernel(writer, $"private static void ActivatePanel{vectors}<S, V>(ref float x, ref float slots, ref nint list, int rows, ref float panel, int from)"))
            {
                writer.Lines("int q = 0;");
                foreach (int patches in layer.Kernel.PatchTiles)
                {
                    using (writer.Block($"for (; q <= rows - {patches}; q += {patches})"))
                    {
                        for (int p = 0; p < patches; p++)
                        {
                            string row = p == 0 ? "2 * q" : $"2 * (q + {p})";
                            writer.Lines($"ref float x{p} = ref Add(ref x, Add(ref list, {row}));\nref float to{p} = ref Add(ref slots, Add(ref list, ({row}) + 1) + from);");
                        }

                        writer.Lines($"Panel{patches}x{vectors}<S, V>({PanelEmitter.Names(patches, "x")}, ref panel, {PanelEmitter.Names(patches, "to")});");
                    }
                }
            }
        }
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

    private static void WriteList(SourceWriter writer, ModelPlan plan, LayerPlan layer)
    {
        bool choice = layer.Routing == Routing.ExpertChoice;
        (string sample, int instance) = WeightGradientEmitter.PatchSteps(plan, layer);
        writer.Lines("/// <summary>Lists the patches of expert s in the window, for each where it lies behind x and where its activations lie behind the slots; returns their number.</summary>");
        using (writer.Block("private static int ListRows(ref int integers, int samples, int s, ref nint list)"))
        {
            writer.Lines("int rows = 0;");
            using (writer.Block("for (int b = 0; b < samples; b++)"))
            {
                SampleEmitter.WriteInstances(writer, layer.Instances, () =>
                {
                    writer.Lines(WeightGradientEmitter.IntegerBlock(layer));
                    if (layer.Routing == Routing.Sample)
                    {
                        writer.Lines("int taken = Add(ref block, RoutesAt) == s ? block : 0;");
                    }
                    else
                    {
                        writer.Lines("int taken = block;");
                    }

                    if (layer.TakesByRoute)
                    {
                        writer.Lines($"ref int routes = {Format.At("block", "RoutesAt", ("s", layer.Taken))};");
                    }

                    string patches = Format.Offset(
                        "0",
                        ("(nint)b", sample),
                        ("g", $"{SlotEmitter.Step(layer, instance)}"),
                        ("s", layer.Access.Source == PatchSource.Chosen ? layer.Taken * layer.Dimension : 0));
                    string activations = Format.Offset(
                        $"Slot.Layer{layer.Index} + ActivationsAt",
                        ("(nint)b", "Slot.Floats"),
                        ("g", $"{SlotEmitter.Step(layer, layer.Block.Floats)}"),
                        ("s", $"{(choice ? layer.Taken * layer.Kernel.ActivationStep : 0)}"));
                    writer.Lines($"nint patches = {patches};\nnint activations = {activations};");
                    using (writer.Block("for (int t = 0; t < taken; t++, rows++)"))
                    {
                        writer.Lines($"Add(ref list, 2 * rows) = patches + ({LayerEmitter.ExpertPatch(layer, "t")});");
                        writer.Lines($"Add(ref list, (2 * rows) + 1) = activations + ({Format.Offset("0", ("t", layer.Kernel.ActivationStep))});");
                    }
                });
            }

            writer.Gap();
            writer.Lines("return rows;");
        }
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
