using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>
/// Prints the scores of many experts: router weights packed expert-minor, in panels of 16 experts, so that a value of a patch, broadcast, meets 16 experts at a time and no lanes are
/// folded. A tile gives [patches, 16]; it is turned round on its way to the scores.
/// </summary>
internal static class ScorePanels
{
    /// <summary>Experts of a panel.</summary>
    private const int Width = ExpertKernel.Vector;

    private static int Most => LayerPlan.ScorePanelPatches.Wide;

    private static int MostNarrow => LayerPlan.ScorePanelPatches.Narrow;

    /// <summary>Patches at a time, largest first, since valid ones are counted at run time.</summary>
    private static IEnumerable<int> Sizes(LayerPlan layer) => Split.Downwards(layer.Patches, MostNarrow).Prepend(Most);

    private static Method Tile(LayerPlan layer, int patches) => new(
        $"ScorePanel{patches}", "ref float x", ("ref float next", layer.PrefetchesPatches), "ref float panel, ref float tile");

    /// <summary>Prints the packing of one worker's share.</summary>
    public static void WritePack(SourceWriter writer, LayerPlan layer) => writer.ShareLoop("v", layer.RouterPanels, v =>
    {
        Expression first = v * Width;
        Expression count = layer.Experts % Width == 0 ? Width : Expression.Min(Width, layer.Experts - first);
        Place router = (Place)"parameters" + "RouterAt" + (first * layer.Dimension);
        writer.Lines($"Panels.Pack(ref {router}, {count}, {layer.Dimension}, ref {(Place)"panels" + (layer.RouterPanelsAt + (first * layer.Dimension))});");
    });

    /// <summary>Prints the loop over valid patches.</summary>
    public static void WriteLoop(SourceWriter writer, LayerPlan layer)
    {
        writer.Lines($"Span<float> sums = stackalloc float[{Most * Width}];\nref float tile = ref sums[0];\nint j = 0;");
        foreach (int patches in Sizes(layer))
        {
            using (writer.Block($"for (; j <= valid - {patches}; j += {patches})"))
            {
                writer.Lines($"ref float rows = ref {(Place)"x" + (Indices.J * layer.Dimension)};");
                writer.Loop("v", layer.RouterPanels, v =>
                {
                    Place panel = (Place)"panels" + (v * Width * layer.Dimension);
                    writer.Call(Tile(layer, patches).Call(("x", "rows"), ("next", (Place)"rows" + (patches * layer.Dimension)), ("panel", panel)));
                    WriteTurn(writer, layer, patches, v * Width);
                });
            }
        }
    }

    /// <summary>From the tile to the scores of a panel's experts, or of those that are to be computed.</summary>
    private static void WriteTurn(SourceWriter writer, LayerPlan layer, int patches, Expression first)
    {
        Place scores = (Place)"scores" + ((first * layer.Patches) + Indices.J);
        (Expression from, Expression to) = layer.ExpertParts == 1
            ? (0, layer.Experts % Width == 0 ? Width : Expression.Min(Width, layer.Experts - first))
            : layer.RouterPanels == 1 ? ("first", "last")
            : (Expression.Raw($"Math.Max(0, first - ({first}))"), Expression.Min(Width, (Expression)"last" - first));
        writer.Lines($"Panels.Turn(ref tile, {patches}, ref {scores}, {layer.Patches}, {from}, {to});");
    }

    public static void WriteTiles(SourceWriter writer, LayerPlan layer)
    {
        foreach (int patches in Sizes(layer))
        {
            WriteTile(writer, layer, patches);
        }
    }

    private static void WriteTile(SourceWriter writer, LayerPlan layer, int patches)
    {
        int d = layer.Dimension;
        bool halves = patches > MostNarrow;
        string narrow = halves ? $"{MostNarrow} × 2 sums, twice" : $"{patches} × 2 sums";
        var doc = new KernelDoc(
            "tile[p, s] = Σ_i x_p[i] · panel[i, s]",
            $"p patch 0…{patches - 1}, s expert 0…15, i value 0…{d - 1}",
            $"x [{patches}, {d}], panel [{d}, 16], tile [{patches}, 16]",
            $"{patches} × 1 sums in registers, a weight vector and a broadcast value; with 256-bit vectors {narrow}" + (layer.PrefetchesPatches ? "; meanwhile the next patches are asked for" : string.Empty),
            2L * patches * Width * d,
            4L * (((patches + Width) * d) + (patches * Width)));
        writer.Kernel(Tile(layer, patches), doc, () =>
        {
            if (!halves)
            {
                writer.Block("if (S.Lanes == 16)", () => WriteSums(writer, layer, patches, vectors: 1));
                writer.Block("else", () => WriteSums(writer, layer, patches, vectors: 2));
                return;
            }

            using (writer.Block("if (S.Lanes < 16)"))
            {
                foreach (int half in new[] { 0, MostNarrow })
                {
                    writer.Call(Tile(layer, MostNarrow).Call(
                        ("x", (Place)"x" + (half * d)), ("next", (Place)"next" + (half * d)), ("tile", (Place)"tile" + (half * Width))));
                }

                writer.Lines("return;");
            }

            WriteSums(writer, layer, patches, vectors: 1);
        });
    }

    private static void WriteSums(SourceWriter writer, LayerPlan layer, int patches, int vectors)
    {
        int[] columns = [.. Enumerable.Range(0, vectors)];
        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"V {string.Join(", ", columns.Select(c => $"sum{p}{c} = S.Zero"))};");
        }

        writer.Lines("ref float row = ref panel;");
        using (writer.Block($"for (int i = 0; i < {layer.Dimension}; i++)"))
        {
            if (layer.PrefetchesPatches)
            {
                // So many values a step are all values of as many patches.
                writer.Lines($"Values.Prefetch(ref {(Place)"next" + (Indices.I * patches)});");
            }

            writer.Lines("ref float xi = ref Add(ref x, i);");
            foreach (int c in columns)
            {
                writer.Lines($"V w{c} = S.Load(ref row, {VectorTypes.Lane(c)});");
            }

            for (int p = 0; p < patches; p++)
            {
                writer.Lines($"V v{p} = S.Create({(Place)"xi" + (p * layer.Dimension)});");
                foreach (int c in columns)
                {
                    writer.Lines($"sum{p}{c} = S.MultiplyAdd(v{p}, w{c}, sum{p}{c});");
                }
            }

            writer.Lines($"row = ref Add(ref row, {Width});");
        }

        writer.Gap();
        for (int p = 0; p < patches; p++)
        {
            foreach (int c in columns)
            {
                Expression lane = (Expression)(p * Width) + (c == 0 ? 0 : Expression.Name(VectorTypes.Lane(c)));
                writer.Lines($"S.Store(sum{p}{c}, ref tile, {lane});");
            }
        }
    }
}
