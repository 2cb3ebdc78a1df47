using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>A patch that an expert took.</summary>
/// <param name="Instance">Its instance.</param>
/// <param name="Expert">The expert.</param>
/// <param name="Place">Which of the expert's patches it is.</param>
internal readonly record struct TakenPatch(Expression Instance, Expression Expert, Expression Place);

/// <summary>Prints a gradient of weight rows, Σ δ_r · x: see <see cref="GradientTiling"/>.</summary>
/// <param name="Tiling">The tiles.</param>
/// <param name="Layout">Where the patches x lie.</param>
/// <param name="Experts">Experts, each with weight rows of its own.</param>
/// <param name="Count">Weight rows of an expert.</param>
/// <param name="PerInstance">Patches that an expert takes of an instance.</param>
/// <param name="Instances">Instances of a sample.</param>
/// <param name="PartialStride">Floats from one chunk's partial gradients to the next; 0 where there is one chunk.</param>
/// <param name="Locate">Prints what it takes to find a patch and gives where its vectors begin; −1 for none.</param>
/// <param name="Delta">δ of a patch and a weight row.</param>
/// <param name="Target">Where the weight row of an expert lies in the parameter buffer, in vectors.</param>
internal sealed record GradientTiles(
    GradientTiling Tiling,
    PatchLayout Layout,
    int Experts,
    int Count,
    int PerInstance,
    int Instances,
    long PartialStride,
    Func<SourceWriter, TakenPatch, Expression> Locate,
    Func<TakenPatch, Expression, Expression> Delta,
    Func<Expression, Expression, Expression> Target)
{
    /// <summary>How many patches an expert takes of an instance, where its places may be far more; else null.</summary>
    public Func<Expression, Expression, Expression>? Taken { get; init; }

    private string Type => Layout.Type();

    private bool ExactRows => Tiling.RowBlocks * Tiling.RowsAtOnce == Count;

    private bool ExactColumns => Tiling.VectorsCovered == Layout.Vectors;

    private Expression Expert => Experts == 1 ? 0 : Expression.Name("s");

    /// <summary>The kernel; what it reads beside the patches is the caller's affair.</summary>
    public GpuKernel Kernel(string owner, string name, KernelDoc documentation, Argument x, params Argument[] others) => new(
        owner,
        name,
        Tiling.Threads,
        Expression.Name("chunks") * (Experts * Tiling.Blocks),
        documentation,
        WriteBody,
        [Argument.Batch, Argument.PerChunk, x, .. others, Argument.Partials]);

    public static string Describe(GradientTiling tiling, PatchLayout layout) =>
        $"{Format.Plural(tiling.Threads, "thread")}, each {Format.Plural(tiling.Rows, "weight row")} × {Format.Plural(tiling.Vectors, "vector")} of {Format.Plural(layout.Vector, "value")} in registers; "
        + $"{Format.Plural(tiling.Blocks, "group")} for an expert's gradient over a chunk; {Format.Count(tiling.SharedBytes)} bytes of shared memory for {GradientTiling.Window} patches' places and δ";

    /// <summary>Prints a load that leaves 0 where there is no patch; all threads of a group take the same way.</summary>
    public static void WriteLoad(SourceWriter writer, PatchLayout layout)
    {
        string type = layout.Type();
        writer.Lines($$"""
            /// <summary>A vector of the patch at a place; 0 where there is none.</summary>
            private static {{type}} PatchAt(ArrayView<{{type}}> x, long place, int column)
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

    private void WriteBody(SourceWriter writer)
    {
        const int window = GradientTiling.Window;
        writer.Lines($"ArrayView<long> places = SharedMemory.Allocate<long>({window});");
        writer.Lines($"ArrayView<float> deltas = SharedMemory.Allocate<float>({window * Tiling.DeltaStride});");
        writer.Lines("ArrayView<Float4> deltas4 = deltas.Cast<Float4>();\nint thread = Group.IdxX;");
        bool one = Tiling.RowTilesAtOnce == 1;
        Expression column = writer.Let("column", one ? GroupText.Thread : GroupText.Thread % Tiling.ColumnThreads);
        Expression rowTile = one ? 0 : writer.Let("rowTile", GroupText.Thread / Tiling.ColumnThreads);
        if (Experts > 1)
        {
            writer.Lines($"int s = {GroupText.Group % Experts};");
        }

        Expression block = writer.Let("block", GroupText.Group / Experts % Tiling.Blocks);
        Expression chunk = writer.Let("chunk", GroupText.Group / (Experts * Tiling.Blocks));
        Expression firstColumn = writer.Let("firstColumn", block % Tiling.ColumnBlocks * (Tiling.ColumnThreads * Tiling.Vectors));
        Expression firstRow = writer.Let("firstRow", (Tiling.RowBlocks == 1 ? 0 : block / Tiling.ColumnBlocks) * Tiling.RowsAtOnce);
        Expression[] vectors = [.. Enumerable.Range(0, Tiling.Vectors).Select(c => writer.Let($"v{c}", firstColumn + column + (c * Tiling.ColumnThreads)))];
        Expression[] columns = [.. vectors.Select((v, c) => Column(v.Inside(Layout.Vectors, ExactColumns), c))];
        writer.LetView("x", Layout, Layout.View("input"));
        for (int r = 0; r < Tiling.Rows; r++)
        {
            writer.Lines($"{Type} {string.Join(", ", Enumerable.Range(0, Tiling.Vectors).Select(c => $"s{r}{c} = default"))};");
        }

        writer.Gap();
        Expression from = writer.Let("from", chunk * "perChunk" * Instances);
        Expression count = writer.Let("count", Expression.Min("perChunk", GroupText.Batch - (chunk * "perChunk")) * (Instances * PerInstance));
        using (writer.Block($"for (int start = 0; start < {count}; start += {window})"))
        {
            WriteSkip(writer, from);
            WritePlaces(writer, from, count);
            WriteDeltas(writer, from, count, firstRow);
            writer.Barrier().Gap();
            writer.Block($"for (int i = 0; i < {window}; i += {GradientTiling.Unrolled})", () => WriteSums(writer, columns, rowTile));
            writer.Barrier();
        }

        WriteStore(writer, chunk, firstRow + (rowTile * Tiling.Rows), vectors);

        Expression Column(Expression vector, int c) => writer.Let($"c{c}", Layout.Column(Layout.Contiguous ? vector : writer.Let($"i{c}", vector)));
    }

    /// <summary>Prints the patch that lies so many behind the chunk's first.</summary>
    private TakenPatch Patch(SourceWriter writer, Expression from, Expression index)
    {
        Expression instance = writer.Let("instance", from + (index / PerInstance));
        return new TakenPatch(instance, Expert, writer.Let("q", index % PerInstance));
    }

    /// <summary>Prints how the group passes over a window that lies behind the end of a list.</summary>
    private void WriteSkip(SourceWriter writer, Expression from)
    {
        if (Taken is null || PerInstance <= GradientTiling.Window)
        {
            return;
        }

        TakenPatch first = new(writer.Let("firstInstance", from + ((Expression)"start" / PerInstance)), Expert, writer.Let("firstPlace", (Expression)"start" % PerInstance));
        using (writer.Block($"if ({first.Place} >= {Taken(first.Instance, Expert)} && {first.Place} <= {PerInstance - GradientTiling.Window})"))
        {
            writer.Lines("continue;");
        }
    }

    private void WritePlaces(SourceWriter writer, Expression from, Expression count) => writer.Share(GradientTiling.Window, Tiling.Threads, i =>
    {
        Expression index = "start" + i;
        writer.Lines("long place = -1;");
        using (writer.Block($"if ({index} < {count})"))
        {
            Expression place = Locate(writer, Patch(writer, from, index));
            writer.Lines($"place = {place};");
        }

        writer.Lines($"places[{i}] = place;");
    });

    private void WriteDeltas(SourceWriter writer, Expression from, Expression count, Expression firstRow) =>
        writer.Share(GradientTiling.Window * Tiling.DeltaStride, Tiling.Threads, i =>
        {
            int padded = Tiling.PaddedRows;
            Expression index = writer.Let("index", "start" + (i / Tiling.DeltaStride));
            Expression inTile = writer.Let("inTile", i % padded);
            Expression tile = Tiling.RowTilesAtOnce == 1 ? 0 : i % Tiling.DeltaStride / padded;
            Expression row = writer.Let("r", firstRow + (tile * Tiling.Rows) + inTile);
            writer.Lines("float delta = 0f;");
            bool filled = padded == Tiling.Rows;
            bool oneTile = row.Equals(inTile) && Count == Tiling.Rows;
            using (writer.If($"{index} < {count}", row.Below(Count, ExactRows && filled), inTile.Below(Tiling.Rows, filled || oneTile)))
            {
                writer.Lines($"delta = {Delta(Patch(writer, from, index), row)};");
            }

            writer.Lines($"deltas[{i}] = delta;");
        });

    /// <summary>Prints several patches: first all loads, which do not wait for each other, then the sums, patch after patch.</summary>
    private void WriteSums(SourceWriter writer, Expression[] columns, Expression rowTile)
    {
        const int vector = GradientTiling.DeltaVector;
        Expression i = Expression.Name("i");
        for (int u = 0; u < GradientTiling.Unrolled; u++)
        {
            writer.Lines($"long p{u} = places[{i + u}];");
        }

        for (int u = 0; u < GradientTiling.Unrolled; u++)
        {
            for (int c = 0; c < Tiling.Vectors; c++)
            {
                writer.Lines($"{Type} x{u}{c} = PatchAt(x, p{u}, {columns[c]});");
            }
        }

        Expression at = writer.Let("at", (i * (Tiling.DeltaStride / vector)) + (rowTile * (Tiling.PaddedRows / vector)));
        for (int u = 0; u < GradientTiling.Unrolled; u++)
        {
            for (int r = 0; r < Tiling.Rows; r += vector)
            {
                writer.Lines($"Float4 d{u}{r / vector} = deltas4[{at + (((u * Tiling.DeltaStride) + r) / vector)}];");
            }

            for (int r = 0; r < Tiling.Rows; r++)
            {
                for (int c = 0; c < Tiling.Vectors; c++)
                {
                    string delta = $"d{u}{r / vector}.{"XYZW"[r % vector]}";
                    writer.Lines(string.Join(" ", Layout.Components().Select(part => $"s{r}{c}{part} += {delta} * x{u}{c}{part};")));
                }
            }
        }
    }

    private void WriteStore(SourceWriter writer, Expression chunk, Expression firstRow, Expression[] vectors)
    {
        Expression partials = Layout.View("partials");
        writer.LetView("target", Layout, PartialStride == 0
            ? partials
            : $"{partials}.SubView({chunk} * {PartialStride / Layout.Vector}L, {PartialStride / Layout.Vector})");
        for (int r = 0; r < Tiling.Rows; r++)
        {
            Expression row = writer.Let($"r{r}", firstRow + r);
            using (writer.If(row.Below(Count, ExactRows)))
            {
                Expression to = writer.Let($"to{r}", Target(Expert, row));
                for (int c = 0; c < Tiling.Vectors; c++)
                {
                    using (writer.If(vectors[c].Below(Layout.Vectors, ExactColumns)))
                    {
                        writer.Lines($"target[{to + vectors[c]}] = s{r}{c};");
                    }
                }
            }
        }
    }
}
