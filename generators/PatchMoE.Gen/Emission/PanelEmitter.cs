using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints the kernel for many neurons: weights packed neuron-minor, in panels of 16 neurons, so that a value of a patch, broadcast, meets 16 neurons at a time and their
/// sums stay in their lanes. They are added along d, whatever the width of the machine's vectors.
/// </summary>
internal static class PanelEmitter
{
    /// <summary>A tile: patches x0, x1, … and so many panels. What they give lies behind one place, or, in a window, in a place for each patch: to0, to1, ….</summary>
    public static Method Tile(LayerPlan layer, int patches, int panels) => Tile(layer, $"Panel{patches}x{panels}", patches);

    /// <summary>The tile of narrow vectors: one panel.</summary>
    private static Method NarrowTile(LayerPlan layer, int patches) => Tile(layer, $"HalfVectors{patches}", patches);

    /// <summary>The tile of narrow vectors where the last of a panel only pads: so many that hold neurons.</summary>
    private static Method OddTile(LayerPlan layer, int patches, int vectors) => Tile(layer, $"Vectors{patches}x{vectors}", patches);

    private static Method Tile(LayerPlan layer, string name, int patches) => new(
        name,
        [
            .. PatchPlaces.Parameters(patches),
            "ref float panel",
            .. layer.HasWindow ? PatchPlaces.Parameters(patches, "to") : ["ref float activations"],
            BlockLength(layer), Adds(layer),
        ]);

    /// <summary>The values of a block of d, where blocks are not equally long.</summary>
    public static ParameterList BlockLength(LayerPlan layer) => ("int length", Blocks(layer) is { AreEven: false });

    /// <summary>Whether a tile adds to what the blocks before it gave; the first stores.</summary>
    public static ParameterList Adds(LayerPlan layer) => ("bool add", Blocks(layer) is not null);

    /// <summary>Floats from one panel to the next.</summary>
    public static int PanelStep(LayerPlan layer) => ExpertKernel.Vector * (Blocks(layer)?.Size ?? layer.Dimension);

    /// <summary>The blocks of d; null where a tile covers whole rows.</summary>
    private static ValueBlocks? Blocks(LayerPlan layer) => layer.Kernel.PanelWindow?.Blocks;

    public static void WritePack(SourceWriter writer, LayerPlan layer)
    {
        string routers = layer.HasRouterPanels ? "; then the router's, one value of each of 16 experts" : string.Empty;
        string summary = $"Packs the weights, expert after expert: panels [d, 16] whose rows hold one value of each of 16 neurons{routers}. One worker's share.";
        writer.Method(LayerMethods.PackPanels, summary, () =>
        {
            writer.ShareLoop("s", layer.Experts, s =>
            {
                Place weights = (Place)"parameters" + "WeightsAt" + (s * layer.Neurons * layer.Dimension);
                writer.Lines($"Panels.Pack(ref {weights}, {layer.Neurons}, {layer.Dimension}, ref {(Place)"panels" + (s * layer.ExpertPanels)});");
            });
            if (layer.HasRouterPanels)
            {
                ScorePanels.WritePack(writer, layer);
            }
        });
    }

    public static void WriteTiles(SourceWriter writer, LayerPlan layer)
    {
        foreach (int panels in layer.Kernel.VectorTiles.Select(run => run.Size).Distinct())
        {
            foreach (int patches in layer.Kernel.PatchTiles.For(layer.Lanes).SelectMany(tiles => tiles).Distinct())
            {
                WriteTile(writer, layer, patches, panels);
            }
        }

        if (layer.Kernel.OddVectors > 0)
        {
            foreach (int patches in layer.Kernel.PatchTiles.Narrow)
            {
                foreach (int vectors in layer.Kernel.OddRuns(patches).Select(run => run.Count).Distinct())
                {
                    WriteOddTile(writer, layer, patches, vectors);
                }
            }

            return;
        }

        foreach (int patches in layer.Kernel.PatchTiles.Narrow)
        {
            WriteNarrowTile(writer, layer, patches);
        }
    }

    private static void WriteTile(SourceWriter writer, LayerPlan layer, int patches, int panels)
    {
        int[] columns = [.. Enumerable.Range(0, panels)];
        bool odd = layer.Kernel.OddVectors > 0;
        string narrow = odd ? "narrower vectors leave out what only pads" : "narrower vectors take a panel at a time";
        string registers = $"{patches} × {panels} sums in registers, {Format.Plural(panels, "weight vector")} and a broadcast value; {narrow}";
        writer.Kernel(Tile(layer, patches, panels), Documentation(layer, patches, panels * ExpertKernel.Vector, registers), () =>
        {
            void Narrow()
            {
                if (odd)
                {
                    foreach ((int start, int count) in layer.Kernel.OddRuns(patches))
                    {
                        writer.Call(OddTile(layer, patches, count).Call(
                            ("panel", (Place)"panel" + (start / ExpertKernel.NarrowVectors * PanelStep(layer))),
                            ("activations", (Place)"activations" + (start * ExpertKernel.NarrowVector))));
                    }

                    return;
                }

                writer.Loop("v", panels, v => writer.Call(NarrowTile(layer, patches).Call(
                    [
                        ("panel", (Place)"panel" + (v * PanelStep(layer))),
                        .. Outputs(layer, patches).Select(place => (place, (Expression)((Place)place + (v * ExpertKernel.Vector)))),
                    ])));
            }

            if (layer.Lanes < Lanes.Max)
            {
                Narrow();
                return;
            }

            if (layer.Kernel.PatchTiles.Narrow.Contains(patches))
            {
                using (writer.Block("if (S.Lanes < 16)"))
                {
                    Narrow();
                    writer.Lines("return;");
                }
            }

            WriteSums(writer, layer, patches, columns.Select(c => (Expression)(c * PanelStep(layer))), columns.Select(c => (Expression)(c * ExpertKernel.Vector)));
        });
    }

    private static void WriteNarrowTile(SourceWriter writer, LayerPlan layer, int patches)
    {
        int lanes = Math.Min(layer.Lanes, ExpertKernel.Vector / ExpertKernel.NarrowVectors);
        string registers = $"{patches} × {ExpertKernel.NarrowVectors} sums in registers, {ExpertKernel.NarrowVectors} weight vectors and a broadcast value";
        writer.Kernel(NarrowTile(layer, patches), Documentation(layer, patches, ExpertKernel.Vector, registers), () =>
        {
            if (lanes * ExpertKernel.NarrowVectors == ExpertKernel.Vector)
            {
                Expression[] vectors = [0, lanes];
                WriteSums(writer, layer, patches, vectors, vectors);
                return;
            }

            // Rows of few values have vectors that are narrower still.
            using (writer.Block($"for (int r = 0; r < {ExpertKernel.Vector}; r += {lanes * ExpertKernel.NarrowVectors})"))
            {
                Expression[] vectors = [R, R + lanes];
                WriteSums(writer, layer, patches, vectors, vectors);
            }
        });
    }

    private static void WriteOddTile(SourceWriter writer, LayerPlan layer, int patches, int vectors)
    {
        string registers = $"{patches} × {vectors} sums in registers, {Format.Plural(vectors, "weight vector")} and a broadcast value";
        int[] all = [.. Enumerable.Range(0, vectors)];
        writer.Kernel(OddTile(layer, patches, vectors), Documentation(layer, patches, vectors * ExpertKernel.NarrowVector, registers), () => WriteSums(
            writer,
            layer,
            patches,
            all.Select(c => (Expression)((c / ExpertKernel.NarrowVectors * PanelStep(layer)) + (c % ExpertKernel.NarrowVectors * ExpertKernel.NarrowVector))),
            all.Select(c => (Expression)(c * ExpertKernel.NarrowVector))));
    }

    private static KernelDoc Documentation(LayerPlan layer, int patches, int width, string registers)
    {
        (int d, int step) = (Blocks(layer)?.Longest ?? layer.Dimension, layer.Kernel.ActivationStep);
        int panels = (width + ExpertKernel.Vector - 1) / ExpertKernel.Vector;
        return new KernelDoc(
            $"{(layer.HasWindow ? "to_p[r]" : "activations[p, r]")} = Σ_i x_p[i] · panel[⌊r / 16⌋, i, r mod 16]{(Blocks(layer) is null ? string.Empty : ", added to what was there if add is set")}",
            $"p patch 0…{patches - 1}, r neuron 0…{width - 1}, i value 0…{d - 1}",
            $"x_p [{d}], panel [{panels}, {PanelStep(layer) / ExpertKernel.Vector}, 16], {(layer.HasWindow ? $"to_p [{width}]" : $"activations [{patches}, {step}]")}",
            registers,
            2L * patches * width * d,
            4L * (((patches + (long)width) * d) + (patches * width)));
    }

    private static string[] Outputs(LayerPlan layer, int patches) => layer.HasWindow ? PatchPlaces.Names(patches, "to") : ["activations"];

    /// <summary>The sums over i of vectors of neurons.</summary>
    /// <param name="writer">Prints.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="patches">Patches x0, x1, ….</param>
    /// <param name="weights">Where, behind value i of the first panel, each vector's weights lie.</param>
    /// <param name="neurons">Each vector's first neuron.</param>
    private static void WriteSums(SourceWriter writer, LayerPlan layer, int patches, IEnumerable<Expression> weights, IEnumerable<Expression> neurons)
    {
        Expression[] vectors = [.. weights];
        int[] columns = [.. Enumerable.Range(0, vectors.Length)];
        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{p}{c} = S.Zero"))};");
        }

        Expression[] places = [.. neurons];
        if (Blocks(layer) is not null)
        {
            using (writer.Block("if (add)"))
            {
                ForSums((p, c) => $"sum{p}{c} = S.Load(ref to{p}, {places[c]});");
            }

            writer.Gap();
        }

        writer.Lines("ref float row = ref panel;");
        WriteValues(writer, layer, i =>
        {
            foreach (int c in columns)
            {
                writer.Lines($"V w{c} = S.Load(ref row, {vectors[c]});");
            }

            for (int p = 0; p < patches; p++)
            {
                writer.Lines($"V v{p} = S.Create({(Place)$"x{p}" + i});");
                foreach (int c in columns)
                {
                    writer.Lines($"sum{p}{c} = S.MultiplyAdd(v{p}, w{c}, sum{p}{c});");
                }
            }

            writer.Lines($"row = ref Add(ref row, {ExpertKernel.Vector});");
        });

        writer.Gap();
        ForSums((p, c) => layer.HasWindow
            ? $"S.Store(sum{p}{c}, ref to{p}, {places[c]});"
            : $"S.Store(sum{p}{c}, ref activations, {(Expression)(p * layer.Kernel.ActivationStep) + places[c]});");

        void ForSums(Func<int, int, string> line)
        {
            for (int p = 0; p < patches; p++)
            {
                foreach (int c in columns)
                {
                    writer.Lines(line(p, c));
                }
            }
        }
    }

    /// <summary>A loop over the values i of a patch, as they lie behind its first.</summary>
    private static void WriteValues(SourceWriter writer, LayerPlan layer, Action<Expression> body)
    {
        if (Blocks(layer) is { } blocks)
        {
            string length = blocks.AreEven ? $"{blocks.Longest}" : "length";
            writer.Block($"for (int i = 0; i < {length}; i++)", () => body(I));
            return;
        }

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
