using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the tile of inner products that Route, GatherConv and Logits share: see <see cref="DotTiling"/>.</summary>
internal static class DotText
{
    /// <summary>The group's shared memory and the thread's place in it.</summary>
    public static void WriteStart(SourceWriter writer, DotTiling tiling)
    {
        writer.Lines($"ArrayView<float> sums = SharedMemory.Allocate<float>({tiling.SumFloats});");
        writer.Lines("int thread = Group.IdxX;");
        writer.Lines(tiling.Lanes == 1 ? "const int lane = 0;\nint slot = thread;" : $"int lane = thread % {tiling.Lanes};\nint slot = thread / {tiling.Lanes};");
    }

    /// <summary>
    /// The thread's sums, from the rows <c>x0 …</c> of the view <c>x</c> and <c>w0 …</c> of the view <c>w</c>, stored to shared memory. Each lane takes every
    /// Lanes-th vector, so that neighbouring lanes read neighbouring memory.
    /// </summary>
    public static void WriteSums(SourceWriter writer, DotTiling tiling, DeviceRows rows)
    {
        (int patches, int count) = (tiling.Patches, tiling.Rows);
        for (int p = 0; p < patches; p++)
        {
            writer.Lines($"float {string.Join(", ", Enumerable.Range(0, count).Select(r => $"s{p}{r} = 0f"))};");
        }

        string type = RowText.Type(rows);
        using (writer.Block($"for (int v = lane; v < {rows.Columns}; v += {tiling.Lanes})"))
        {
            string column = RowText.Column(rows, "v");
            if (column != "v")
            {
                writer.Lines($"int column = {column};");
                column = "column";
            }

            for (int p = 0; p < patches; p++)
            {
                writer.Lines($"{type} a{p} = x[x{p} + {column}];");
            }

            for (int r = 0; r < count; r++)
            {
                writer.Lines($"{type} b{r} = w[w{r} + v];");
            }

            for (int p = 0; p < patches; p++)
            {
                for (int r = 0; r < count; r++)
                {
                    string products = string.Join(" + ", RowText.Parts(rows).Select(part => $"(a{p}{part} * b{r}{part})"));
                    writer.Lines($"s{p}{r} = s{p}{r} + {products};");
                }
            }
        }

        writer.Gap();
        writer.Lines(tiling.Lanes == 1 ? "int at = slot;" : $"int at = (slot * {tiling.SumStep}) + lane;");
        for (int sum = 0; sum < tiling.Sums; sum++)
        {
            writer.Lines($"sums[{Index.Plus("at", Index.Number(sum * tiling.Slots * tiling.SumStep))}] = s{sum / count}{sum % count};");
        }
    }

    /// <summary>The loop over the group's sums.</summary>
    public static SourceWriter.Scope OpenResults(SourceWriter writer, DotTiling tiling)
    {
        SourceWriter.Scope scope = writer.Block($"for (int i = thread; i < {tiling.Sums * tiling.Slots}; i += {tiling.Threads})");
        writer.Lines($"int from = {Index.Times("i", tiling.SumStep)};");
        writer.Lines($"float sum = sums[from]{string.Concat(Enumerable.Range(1, tiling.Lanes - 1).Select(lane => $" + sums[from + {lane}]"))};");
        writer.Lines($"int owner = i % {tiling.Slots};");
        if (tiling.Patches > 1)
        {
            writer.Lines($"int inPatch = i / {tiling.Slots * tiling.Rows};");
        }

        if (tiling.Rows > 1)
        {
            writer.Lines($"int inRow = i / {tiling.Slots}{(tiling.Patches > 1 ? $" % {tiling.Rows}" : string.Empty)};");
        }

        return scope;
    }

    /// <summary>The sum's patch in its tile.</summary>
    public static string InPatch(DotTiling tiling) => tiling.Patches > 1 ? "inPatch" : "0";

    /// <summary>The sum's row in its tile.</summary>
    public static string InRow(DotTiling tiling) => tiling.Rows > 1 ? "inRow" : "0";

    /// <summary>A barrier behind which the group sees what its threads wrote to the device's memory too.</summary>
    public const string Fence = "MemoryFence.GroupLevel();\nGroup.Barrier();";

    /// <summary>The tile in words.</summary>
    public static string Describe(DotTiling tiling, DeviceRows rows) =>
        $"{tiling.Slots} tiles of {tiling.Patches} patches × {tiling.Rows} rows in a group, each {Format.Plural(tiling.Lanes, "lane")} along d; {(rows.Vector == 4 ? "128-bit" : "32-bit")} loads; "
        + $"{tiling.Sums} sums in registers; {Format.Count(4L * tiling.SumFloats)} bytes of shared memory for the lanes' sums";
}
