using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the selection of the l best patches of an expert.</summary>
internal static class SelectEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        writer.Gap();
        int n = layer.Patches;
        int l = layer.Taken;
        writer.Lines($"""
            /// <summary>routes = the indices of the {l} largest of {n} scores, best first; of equal scores the lower index first.</summary>
            /// <remarks>
            /// Kernel: {layer.Selection!.Reason}.
            /// Shapes: scores [{n}], of which valid count; routes [{l}], filled with −1 behind the patches taken.
            /// </remarks>
            """);
        if (layer.Selection.Kernel == SelectionKernel.Insertion)
        {
            WriteInsertion(writer, l);
        }
        else
        {
            WriteSort(writer, l);
        }
    }

    private static void WriteInsertion(SourceWriter writer, int l) => writer.Lines($$"""
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Select(ref float scores, int valid, ref int routes)
        {
            int count = 0;
            for (int j = 0; j < valid; j++)
            {
                float score = Add(ref scores, j);
                if (count < {{l}})
                {
                    count++;
                }
                else if (!(score > Add(ref scores, Add(ref routes, {{l - 1}}))))
                {
                    continue;
                }

                int t = count - 1;
                for (; t > 0 && score > Add(ref scores, Add(ref routes, t - 1)); t--)
                {
                    Add(ref routes, t) = Add(ref routes, t - 1);
                }

                Add(ref routes, t) = j;
            }

            for (int t = count; t < {{l}}; t++)
            {
                Add(ref routes, t) = -1;
            }
        }
        """);

    private static void WriteSort(SourceWriter writer, int l) => writer.Lines($$"""
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Select(ref float scores, int valid, ref int routes, ref int keys)
        {
            Span<ulong> sorted = MemoryMarshal.Cast<int, ulong>(MemoryMarshal.CreateSpan(ref keys, 2 * valid));
            for (int j = 0; j < valid; j++)
            {
                // Ascending keys are descending scores (+0 makes −0 equal to 0), then ascending indices.
                uint bits = BitConverter.SingleToUInt32Bits(Add(ref scores, j) + 0f);
                uint ascending = (bits & 0x80000000u) != 0 ? ~bits : bits | 0x80000000u;
                sorted[j] = ((ulong)~ascending << 32) | (uint)j;
            }

            sorted.Sort();
            int count = Math.Min({{l}}, valid);
            for (int t = 0; t < {{l}}; t++)
            {
                Add(ref routes, t) = t < count ? unchecked((int)sorted[t]) : -1;
            }
        }
        """);
}
