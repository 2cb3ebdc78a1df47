using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// Prints the selection of the l best patches: see <see cref="DeviceSelection"/>. Scores are compared as integers, so that every patch has a place of its own,
/// whatever the scores, NaN among them.
/// </summary>
internal static class SelectText
{
    public static void Write(SourceWriter writer, IlgpuLayerPlan plan)
    {
        LayerPlan layer = plan.Layer;
        DeviceSelection selection = plan.Selection!;
        int experts = plan.Scores!.Units * layer.Experts;
        int threads = plan.Scores.Threads;
        if (selection.Kernel == DeviceSelectionKernel.CountScores)
        {
            WriteCount(writer, layer, "0", experts, threads, "Key(scores[rows + j])", "Key(scores[rows + other])");
            return;
        }

        bool rounds = selection.AtOnce < experts;
        string start = rounds ? "start" : "0";
        SourceWriter.Scope? loop = rounds ? writer.Block($"for (int start = 0; start < {experts}; start += {selection.AtOnce})") : null;
        if (selection.Kernel == DeviceSelectionKernel.Sort)
        {
            WriteSort(writer, layer, selection, start, threads);
        }
        else
        {
            WriteKeys(writer, layer, selection, start, threads);
            WriteCount(writer, layer, start, selection.AtOnce, threads, "keys[i]", "keys[i - j + other]");
        }

        if (rounds)
        {
            writer.Gap();
            writer.Lines("Group.Barrier();");
        }

        loop?.Dispose();
        writer.Gap();
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

    private static void WriteKeys(SourceWriter writer, LayerPlan layer, DeviceSelection selection, string start, int threads)
    {
        (int k, int n) = (layer.Experts, layer.Patches);
        using (writer.Block($"for (int i = thread; i < {selection.AtOnce * n}; i += {threads})"))
        {
            writer.Lines($"long score = {Index.Plus(Index.Times(Index.Plus(Index.Times("(long)first", k), start), n), "i")};");
            writer.Lines($"keys[i] = score < (long)instances * {k * n} ? Key(scores[score]) : 0;");
        }

        writer.Gap();
        writer.Lines("Group.Barrier();").Gap();
    }

    private static void WriteCount(SourceWriter writer, LayerPlan layer, string start, int units, int threads, string own, string rival)
    {
        (int n, int l) = (layer.Patches, layer.Taken);
        using (writer.Block($"for (int i = thread; i < {units * n}; i += {threads})"))
        {
            writer.Lines($"int j = {Index.Modulo("i", n)};");
            using (OpenUnit(writer, layer, start, Index.Over("i", n)))
            {
                if (rival.Contains("rows"))
                {
                    writer.Lines($"long rows = (long)unit * {n};");
                }

                writer.Lines($$"""
                    int key = {{own}};
                    int place = 0;
                    for (int other = 0; other < j; other++)
                    {
                        place += {{rival}} >= key ? 1 : 0;
                    }

                    for (int other = j + 1; other < valid; other++)
                    {
                        place += {{rival}} > key ? 1 : 0;
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

    /// <summary>
    /// A bitonic sort, largest first. A key is the score above n − j, so that of equal scores the lower patch is the larger; what is no valid patch is below all.
    /// </summary>
    private static void WriteSort(SourceWriter writer, LayerPlan layer, DeviceSelection selection, string start, int threads)
    {
        (int n, int l, int padded) = (layer.Patches, layer.Taken, selection.Padded);
        int keys = selection.AtOnce * padded;
        using (writer.Block($"for (int i = thread; i < {keys}; i += {threads})"))
        {
            writer.Lines($"int j = i % {padded};\nlong key = long.MinValue;");
            using (OpenUnit(writer, layer, start, Index.Over("i", padded)))
            {
                writer.Lines($"key = j < valid ? ((long)Key(scores[((long)unit * {n}) + j]) * {1L << 32}) + ({n} - j) : key;");
            }

            writer.Gap();
            writer.Lines("keys[i] = key;");
        }

        writer.Gap();
        writer.Lines("Group.Barrier();");
        using (writer.Block($"for (int run = 2; run <= {padded}; run *= 2)"))
        {
            using (writer.Block("for (int step = run / 2; step > 0; step /= 2)"))
            {
                using (writer.Block($"for (int i = thread; i < {keys / 2}; i += {threads})"))
                {
                    writer.Lines($"""
                        int upper = (2 * i) - (i & (step - 1));
                        long a = keys[upper];
                        long b = keys[upper + step];
                        bool falling = (upper & {padded - 1} & run) == 0;
                        keys[upper] = a > b == falling ? a : b;
                        keys[upper + step] = a > b == falling ? b : a;
                        """);
                }

                writer.Gap();
                writer.Lines("Group.Barrier();");
            }
        }

        writer.Gap();
        using (writer.Block($"for (int i = thread; i < {selection.AtOnce * l}; i += {threads})"))
        {
            writer.Lines($"int place = {Index.Modulo("i", l)};");
            using (OpenUnit(writer, layer, start, Index.Over("i", l)))
            {
                // The lower half of a key is n − j, from 1 to n.
                writer.Lines($"routes[((long)unit * {l}) + place] = place < valid ? {n} - (int)(keys[({Index.Over("i", l)} * {padded}) + place] & 0xffff) : -1;");
            }
        }
    }

    /// <summary>The expert of an instance, if there is one, and its valid patches.</summary>
    private static SourceWriter.Scope OpenUnit(SourceWriter writer, LayerPlan layer, string start, string offset)
    {
        writer.Lines($"int unit = {Index.Plus(Index.Times("first", layer.Experts), start, offset)};");
        SourceWriter.Scope scope = writer.Block($"if (unit < {Index.Times("instances", layer.Experts)})");
        writer.Lines($"int valid = {RowText.Valid(layer, Index.Over("unit", layer.Experts))};");
        return scope;
    }
}
