using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the passing of an expert's listed patches over its panels.</summary>
internal static class WindowPanels
{
    /// <summary>The calls for the tiles of neurons from tile to tiles − 1 of expert s.</summary>
    public static void WriteCalls(SourceWriter writer, LayerPlan layer)
    {
        using (writer.Block("for (; tile < tiles; tile++)"))
        {
            WriteCall(writer, layer);
        }
    }

    /// <summary>The call for a tile; its panel begins at vector v.</summary>
    private static void WriteCall(SourceWriter writer, LayerPlan layer)
    {
        int before = 0;
        for (int i = 0; i < layer.Kernel.VectorTiles.Count; i++)
        {
            TileRun run = layer.Kernel.VectorTiles[i];
            string v = Format.Offset($"{run.Start}", (before == 0 ? "tile" : $"tile - {before}", run.Size));
            before += run.Tiles;
            void Write()
            {
                int width = run.Size * ExpertKernel.Vector;
                writer.Lines($"int v = {v};\nActivatePanel{run.Size}<S, V>(ref x, ref slots, ref list, rows, {Format.At("panels", "0", ("s", layer.ExpertPanels), ("v", ExpertKernel.Vector * layer.Dimension))}, v * {ExpertKernel.Vector});");
                string end = $"(v * {ExpertKernel.Vector}) + {width}";
                WindowEmitter.WritePoolCall(writer, layer, $"v * {ExpertKernel.Vector}", run.End * ExpertKernel.Vector <= layer.Neurons ? end : $"Math.Min({end}, {layer.Neurons})");
            }

            if (layer.Kernel.VectorTiles.Count == 1)
            {
                Write();
                return;
            }

            using (writer.Block(i == 0 ? $"if (tile < {before})" : "else"))
            {
                Write();
            }
        }
    }

    /// <summary>All listed patches pass over one panel.</summary>
    public static void Write(SourceWriter writer, LayerPlan layer)
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
}
