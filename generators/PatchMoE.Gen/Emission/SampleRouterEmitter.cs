using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the router of a sample layer: one expert takes all patches, weighted by its softmax probability.</summary>
internal static class SampleRouterEmitter
{
    private static readonly Method s_patchSum = new("PatchSum", "ref float x, int valid, ref float sum");

    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        WriteRoute(writer, layer);
        WritePatchSum(writer, layer);
        Dots(layer).Write(writer, layer.RouterTiles.Select(run => (1, run.Size)));
        writer.Gap();
        WriteBackward(writer, layer);
    }

    private static DotTiles Dots(LayerPlan layer) => new("Score", layer.Dimension, PatchStep: layer.Experts, RowStep: 1) { Sums = layer.Lanes };

    public static Method GateBackward { get; } = new("GateBackward", "int expert, float gateGradient, ref float probabilities, ref float scoreGradients");

    private static void WriteRoute(SourceWriter writer, LayerPlan layer)
    {
        BlockPlaces block = BlockPlaces.Of(layer);
        var doc = new KernelDoc(
            "g_s = ⟨w_s, Σ_j x_j⟩; the expert is the first with the largest g_s; probabilities = softmax(g)",
            $"s expert 0…{layer.Experts - 1}",
            $"x [{layer.Patches}, {layer.Dimension}], router [{layer.Experts}, {layer.Dimension}], scores and probabilities [{layer.Experts}]",
            string.Empty,
            (layer.Patches + (2L * layer.Experts)) * layer.Dimension,
            4L * (layer.Patches + layer.Experts) * layer.Dimension);
        writer.Kernel(LayerMethods.Route(layer), doc, () =>
        {
            writer.Lines($"""
                integers = valid;
                {block.Valid} = valid;
                ref float x0 = ref {block.PatchSum};
                ref float scores = ref {block.Scores(0)};
                ref float probabilities = ref {block.Probability(0)};
                """);
            writer.Call(s_patchSum.Call(("sum", "x0")));
            foreach (TileRun run in layer.RouterTiles)
            {
                writer.Tiles(run, "s", s => writer.Call(
                    Dots(layer).Call(1, run.Size, (Place)"parameters" + "RouterAt" + (s * layer.Dimension), (Place)"scores" + s)));
            }

            writer.Gap();
            if (layer.Experts == 1)
            {
                writer.Lines($"{block.Expert} = 0;\nprobabilities = StrictMath.Exp(scores - scores);\nprobabilities /= probabilities;");
                return;
            }

            writer.Lines("int best = 0;");
            writer.Loop("s", 1, layer.Experts, s => writer.Lines($"best = {(Place)"scores" + s} > Add(ref scores, best) ? {s} : best;"));
            writer.Lines($$"""
                {{block.Expert}} = best;
                float total = 0f;
                for (int s = 0; s < {{layer.Experts}}; s++)
                {
                    float exponential = StrictMath.Exp(Add(ref scores, s) - Add(ref scores, best));
                    Add(ref probabilities, s) = exponential;
                    total += exponential;
                }

                for (int s = 0; s < {{layer.Experts}}; s++)
                {
                    Add(ref probabilities, s) /= total;
                }
                """);
        });
    }

    private static void WritePatchSum(SourceWriter writer, LayerPlan layer)
    {
        int d = layer.Dimension;
        var doc = new KernelDoc(
            "sum[i] = Σ_j x_j[i] over the valid patches",
            $"j patch, i value 0…{d - 1}",
            $"x [{layer.Patches}, {d}], sum [{d}]",
            string.Empty,
            (long)layer.Patches * d,
            4L * (layer.Patches + 1) * d);
        writer.Kernel(s_patchSum, doc, () =>
        {
            int length = layer.Access.Image?.Length ?? d;
            PatchPlaces.WriteEach(writer, layer.Access.Image, ["x"], ["sum"], () =>
            {
                bool overlaps = length % layer.Lanes != 0;
                using (writer.Block($"for (int i = 0; i < {length}; i += S.Lanes)"))
                {
                    if (overlaps)
                    {
                        writer.Lines($"// The last vector overlaps the one before it and gives the same values there.\nint at = Math.Min(i, {length} - S.Lanes);");
                    }

                    string at = overlaps ? "at" : "i";
                    writer.Lines($$"""
                        V total = S.Zero;
                        for (int j = 0; j < valid; j++)
                        {
                            total = S.Add(total, S.Load(ref x, {{PatchPlaces.Patch(layer, J) + at}}));
                        }

                        S.Store(total, ref sum, {{at}});
                        """);
                }
            });
        });
    }

    private static void WriteBackward(SourceWriter writer, LayerPlan layer)
    {
        const string summary = "∂L/∂g_s = ∂L/∂p_e · p_e · ([s = e] − p_s) for the chosen expert e; 1 − p_e is summed from the others, to keep its digits.";
        writer.Kernel(GateBackward, summary, () =>
        {
            writer.Lines("float upstream = gateGradient * Add(ref probabilities, expert);\nfloat others = 0f;");
            writer.Loop("s", layer.Experts, s => writer.Lines($"""
                float probability = {(Place)"probabilities" + s};
                others += {s} == expert ? 0f : probability;
                {(Place)"scoreGradients" + s} = -upstream * probability;
                """));

            writer.Gap();
            writer.Lines("Add(ref scoreGradients, expert) = upstream * others;");
        });
    }
}
