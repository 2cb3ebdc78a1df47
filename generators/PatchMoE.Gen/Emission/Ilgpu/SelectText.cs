using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// Prints the selection of the l best patches. The place of a patch is the number of patches that come before it, which every thread counts for itself: no
/// two patches have one place, whatever the scores, NaN among them.
/// </summary>
internal static class SelectText
{
    public static void Write(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        (int k, int n) = (layer.Experts, layer.Patches);
        int all = plan.Scores!.Units * k;
        int threads = plan.Scores.Threads;
        if (plan.KeysAtOnce == 0)
        {
            WriteCount(writer, layer, "0", all, threads, "Key(scores[rows + j])", "Key(scores[rows + other])");
            return;
        }

        int atOnce = plan.KeysAtOnce;
        bool rounds = atOnce < all;
        string start = rounds ? "start" : "0";
        SourceWriter.Scope? loop = rounds ? writer.Block($"for (int start = 0; start < {all}; start += {atOnce})") : null;
        using (writer.Block($"for (int i = thread; i < {atOnce * n}; i += {threads})"))
        {
            writer.Lines($"long score = {Index.Plus(Index.Times(Index.Plus(Index.Times("(long)first", k), start), n), "i")};");
            writer.Lines($"keys[i] = score < (long)instances * {k * n} ? Key(scores[score]) : 0;");
        }

        writer.Lines("Group.Barrier();").Gap();
        WriteCount(writer, layer, start, atOnce, threads, "keys[i]", "keys[i - j + other]");
        if (rounds)
        {
            writer.Gap();
            writer.Lines("Group.Barrier();");
        }

        loop?.Dispose();
    }

    private static void WriteCount(SourceWriter writer, LayerPlan layer, string start, int units, int threads, string own, string rival)
    {
        (int k, int n, int l) = (layer.Experts, layer.Patches, layer.Taken);
        using (writer.Block($"for (int i = thread; i < {units * n}; i += {threads})"))
        {
            writer.Lines($"int unit = {Index.Plus(Index.Times("first", k), start, Index.Over("i", n))};");
            writer.Lines($"int j = {Index.Modulo("i", n)};");
            using (writer.Block($"if (unit < {Index.Times("instances", k)})"))
            {
                writer.Lines($"int valid = {RowText.Valid(layer, Index.Over("unit", k))};");
                if (rival.Contains("rows"))
                {
                    writer.Lines($"long rows = (long)unit * {n};");
                }

                writer.Lines($$"""
                    int key = {{own}};
                    int place = 0;
                    for (int other = 0; other < valid; other++)
                    {
                        int rival = {{rival}};
                        place += rival > key || (rival == key && other < j) ? 1 : 0;
                    }

                    // A patch past the count takes the place that no valid patch can have.
                    place = j < valid ? place : j;
                    if (place < {{l}})
                    {
                        routes[((long)unit * {{l}}) + place] = j < valid ? j : -1;
                    }
                    """);
            }
        }
    }

    /// <summary>The order of scores as an order of integers.</summary>
    public const string Key = """
        /// <summary>An integer that grows with the score; 0 and −0 are equal, and NaN has a place of its own.</summary>
        private static int Key(float score)
        {
            int bits = score == 0f ? 0 : unchecked((int)Interop.FloatAsInt(score));
            return bits ^ ((bits >> 31) & 0x7fffffff);
        }
        """;
}
