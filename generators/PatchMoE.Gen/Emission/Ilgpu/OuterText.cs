using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints a gradient of weight rows, Σ δ_r · x: see <see cref="OuterTiling"/>.</summary>
/// <param name="Tiling">The tiles.</param>
/// <param name="Rows">Where the rows x lie.</param>
/// <param name="Experts">Experts, each with weight rows of its own.</param>
/// <param name="Count">Weight rows of an expert.</param>
/// <param name="PerInstance">Rows x of an instance.</param>
/// <param name="Instances">Instances of a sample.</param>
/// <param name="Place">Sets <c>place</c> from <c>instance</c>, of several rows x of an instance, <c>q</c> and, of several experts, <c>s</c>; it is −1 before.</param>
/// <param name="Delta">δ of weight row <c>r</c> at <c>instance</c>, <c>q</c> and <c>s</c>.</param>
/// <param name="Target">Where row <c>r</c> of expert <c>s</c> lies in the parameter buffer, in floats.</param>
internal sealed record OuterText(
    OuterTiling Tiling, DeviceRows Rows, int Experts, int Count, int PerInstance, int Instances, string Place, string Delta, string Target)
{
    /// <summary>The kernel; what it reads beside the rows is the caller's affair.</summary>
    public GpuKernel Describe(string owner, string name, GpuParameter x, IEnumerable<GpuParameter> others) => new(
        owner,
        name,
        Tiling.Threads,
        Index.Times("chunks", Experts * Tiling.Blocks),
        [GpuParameter.Number("batch", "batch"), GpuParameter.Number("perChunk", "perChunk"), x, .. others, GpuParameter.Floats("partials", "partials")]);

    /// <summary>The tile in words.</summary>
    public string Describe() =>
        $"{Tiling.Threads} threads, each {Format.Plural(Tiling.Rows, "weight row")} × {Format.Plural(Tiling.Vectors, "vector")} of {(Rows.Vector == 4 ? "4 values" : "1 value")} in registers; "
        + $"{Format.Plural(Tiling.Blocks, "group")} for an expert's gradient over a chunk; {Format.Count(Tiling.SharedBytes)} bytes of shared memory for {OuterTiling.Window} rows' places and δ";

    /// <summary>Prints the kernel's body; <paramref name="partialStep"/> floats lie from one chunk's partial gradients to the next.</summary>
    public void WriteBody(SourceWriter writer, long partialStep)
    {
        const int window = OuterTiling.Window;
        int deltas = Tiling.DeltaStep;
        writer.Lines($"ArrayView<long> places = SharedMemory.Allocate<long>({window});");
        writer.Lines($"ArrayView<float> deltas = SharedMemory.Allocate<float>({window * deltas});");
        writer.Lines("ArrayView<Float4> deltas4 = deltas.Cast<Float4>();\nint thread = Group.IdxX;");
        writer.Lines(Tiling.RowTilesAtOnce == 1 ? "int column = thread;" : $"int column = thread % {Tiling.ColumnThreads};\nint rowTile = thread / {Tiling.ColumnThreads};");
        if (Experts > 1)
        {
            writer.Lines($"int s = Grid.IdxX % {Experts};");
        }

        if (Tiling.Blocks > 1)
        {
            writer.Lines($"int block = {Index.Modulo(Index.Over("Grid.IdxX", Experts), Tiling.Blocks)};");
        }

        WriteBlocks(writer);
        for (int c = 0; c < Tiling.Vectors; c++)
        {
            writer.Lines($"int v{c} = firstColumn + {Index.Plus("column", Index.Number(c * Tiling.ColumnThreads))};");
        }

        for (int c = 0; c < Tiling.Vectors; c++)
        {
            string inside = $"Math.Min(v{c}, {Rows.Columns - 1})";
            writer.Lines(Rows.Run == Rows.Columns ? $"int c{c} = {inside};" : $"int i{c} = {inside};\nint c{c} = {RowText.Column(Rows, $"i{c}")};");
        }

        string type = RowText.Type(Rows);
        writer.Lines($"ArrayView<{type}> x = {RowText.View(Rows, "input")};");
        for (int r = 0; r < Tiling.Rows; r++)
        {
            writer.Lines($"{type} {string.Join(", ", Enumerable.Range(0, Tiling.Vectors).Select(c => $"s{r}{c} = default"))};");
        }

        writer.Gap();
        writer.Lines($"int from = {Index.Times("chunk * perChunk", Instances)};\nint count = {Index.Times("Math.Min(perChunk, batch - (chunk * perChunk))", Instances * PerInstance)};");
        using (writer.Block($"for (int start = 0; start < count; start += {window})"))
        {
            WriteStage(writer, window, deltas);
            writer.Lines("Group.Barrier();").Gap();
            using (writer.Block($"for (int i = 0; i < {window}; i += {OuterTiling.Unrolled})"))
            {
                WriteRows(writer, type, deltas);
            }

            writer.Gap();
            writer.Lines("Group.Barrier();");
        }

        writer.Gap();
        WriteStore(writer, partialStep, type);
    }

    /// <summary>A load that a row which is not there leaves 0; all threads of a group take the same way.</summary>
    public static void WriteLoad(SourceWriter writer, DeviceRows rows)
    {
        string type = RowText.Type(rows);
        writer.Lines($$"""
            private static {{type}} RowAt(ArrayView<{{type}}> x, long place, int column)
            {
                {{type}} value = default;
                if (place >= 0)
                {
                    value = x[place + column];
                }

                return value;
            }
            """);
    }

    /// <summary>Several rows x: first all loads, which do not wait for each other, then the sums, row after row.</summary>
    private void WriteRows(SourceWriter writer, string type, int deltas)
    {
        const int unrolled = OuterTiling.Unrolled;
        for (int u = 0; u < unrolled; u++)
        {
            writer.Lines($"long p{u} = places[{Index.Plus("i", Index.Number(u))}];");
        }

        for (int u = 0; u < unrolled; u++)
        {
            for (int c = 0; c < Tiling.Vectors; c++)
            {
                writer.Lines($"{type} x{u}{c} = RowAt(x, p{u}, c{c});");
            }
        }

        writer.Lines($"int at = {Index.Plus(Index.Times("i", deltas / 4), Tiling.RowTilesAtOnce == 1 ? "0" : Index.Times("rowTile", deltas / 4 / Tiling.RowTilesAtOnce))};");
        for (int u = 0; u < unrolled; u++)
        {
            for (int r = 0; r < Tiling.Rows; r += 4)
            {
                writer.Lines($"Float4 d{u}{r / 4} = deltas4[{Index.Plus("at", Index.Number((u * deltas / 4) + (r / 4)))}];");
            }

            for (int r = 0; r < Tiling.Rows; r++)
            {
                for (int c = 0; c < Tiling.Vectors; c++)
                {
                    string delta = $"d{u}{r / 4}.{"XYZW"[r % 4]}";
                    writer.Lines(string.Join(" ", RowText.Parts(Rows).Select(part => $"s{r}{c}{part} += {delta} * x{u}{c}{part};")));
                }
            }
        }
    }

    private void WriteBlocks(SourceWriter writer)
    {
        writer.Lines($"int chunk = {Index.Over("Grid.IdxX", Experts * Tiling.Blocks)};");
        writer.Lines($"int firstColumn = {Index.Times(Index.Modulo("block", Tiling.ColumnBlocks), Tiling.ColumnThreads * Tiling.Vectors)};");
        writer.Lines($"int firstRow = {(Tiling.RowBlocks == 1 ? "0" : Index.Times(Index.Over("block", Tiling.ColumnBlocks), Tiling.RowsAtOnce))};");
    }

    private void WriteStage(SourceWriter writer, int window, int deltas)
    {
        using (writer.Block($"for (int i = thread; i < {window}; i += {Tiling.Threads})"))
        {
            writer.Lines("long place = -1;");
            using (writer.Block("if (start + i < count)"))
            {
                WriteRow("start + i");
                writer.Lines(Place);
            }

            writer.Gap();
            writer.Lines("places[i] = place;");
        }

        writer.Gap();
        using (writer.Block($"for (int i = thread; i < {window * deltas}; i += {Tiling.Threads})"))
        {
            // A thread's rows fill whole vectors of shared memory.
            int padded = deltas / Tiling.RowTilesAtOnce;
            string tile = Index.Times(Index.Over(Index.Modulo("i", deltas), padded), Tiling.Rows);
            string inTile = Tiling.RowTilesAtOnce == 1 ? Index.Modulo("i", deltas) : Index.Modulo("i", padded);
            writer.Lines($"int row = start + {(deltas == 1 ? "i" : $"(i / {deltas})")};\nint inTile = {inTile};\nint r = {Index.Plus("firstRow", Tiling.RowTilesAtOnce == 1 ? "0" : tile, "inTile")};\nfloat delta = 0f;");
            using (writer.Block($"if (row < count && r < {Count}{(padded == Tiling.Rows ? string.Empty : $" && inTile < {Tiling.Rows}")})"))
            {
                WriteRow("row");
                writer.Lines($"delta = {Delta};");
            }

            writer.Gap();
            writer.Lines("deltas[i] = delta;");
        }

        writer.Gap();

        void WriteRow(string row) => writer.Lines(PerInstance == 1
            ? $"int instance = from + {row};"
            : $"int instance = from + ({(row.Contains(' ') ? $"({row})" : row)} / {PerInstance});\nint q = {(row.Contains(' ') ? $"({row})" : row)} % {PerInstance};");
    }

    private void WriteStore(SourceWriter writer, long partialStep, string type)
    {
        string target = RowText.View(Rows, "partials") + (partialStep == 0 ? string.Empty : $".SubView(chunk * {partialStep / Rows.Vector}L, {partialStep / Rows.Vector})");
        writer.Lines($"ArrayView<{type}> target = {target};");
        for (int r = 0; r < Tiling.Rows; r++)
        {
            string row = Index.Plus("firstRow", Tiling.RowTilesAtOnce == 1 ? "0" : Index.Times("rowTile", Tiling.Rows), Index.Number(r));
            writer.Lines($"int r{r} = {row};");
            using (writer.Block($"if (r{r} < {Count})"))
            {
                string place = Target.Replace("{r}", $"r{r}");
                writer.Lines($"int to{r} = {(Rows.Vector == 1 ? place : $"({place}) / {Rows.Vector}")};");
                for (int c = 0; c < Tiling.Vectors; c++)
                {
                    using (writer.Block($"if (v{c} < {Rows.Columns})"))
                    {
                        writer.Lines($"target[to{r} + v{c}] = s{r}{c};");
                    }
                }
            }
        }
    }
}
