using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>A sum that a thread finishes and where it belongs.</summary>
/// <param name="Tile">Its tile, of those that the group holds at once.</param>
/// <param name="Patch">Its patch in the tile.</param>
/// <param name="Row">Its weight row in the tile.</param>
/// <param name="Place">Where its first lane's part lies in shared memory.</param>
internal readonly record struct TileSum(Expression Tile, Expression Patch, Expression Row, Expression Place);

/// <summary>Prints the register tiles of inner products that Route, ExpertsForward and Logits share: see <see cref="ProductTiling"/>.</summary>
/// <param name="Tiling">The tiles.</param>
/// <param name="Layout">Where the patches lie.</param>
internal sealed record ProductTiles(ProductTiling Tiling, PatchLayout Layout)
{
    /// <summary>The thread's tile, of those that the group holds at once.</summary>
    public Expression Tile => Tiling.Lanes == 1 ? GroupText.Thread : Expression.Name("tile");

    private Expression Lane => Tiling.Lanes == 1 ? 0 : Expression.Name("lane");

    public void WriteStart(SourceWriter writer)
    {
        writer.Lines($"ArrayView<float> sums = SharedMemory.Allocate<float>({Tiling.SumFloats});");
        writer.Lines("int thread = Group.IdxX;");
        if (Tiling.Lanes > 1)
        {
            writer.Lines($"int lane = thread % {Tiling.Lanes};\nint tile = thread / {Tiling.Lanes};");
        }
    }

    /// <summary>Prints where the tile's weight rows begin, given which row each is.</summary>
    public Expression[] LetRows(SourceWriter writer, Func<int, Expression> row) =>
        [.. Enumerable.Range(0, Tiling.Rows).Select(r => writer.Let($"w{r}", row(r) * Layout.Vectors))];

    /// <summary>
    /// Prints the thread's sums over its part of d, from patches of the view <c>x</c> and rows of the view <c>w</c>, stored to shared memory. Each lane takes
    /// every Lanes-th vector, so that neighbouring lanes read neighbouring memory.
    /// </summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="patches">Where the tile's patches begin in x.</param>
    /// <param name="rows">Where its rows begin in w.</param>
    public void WriteSums(SourceWriter writer, IReadOnlyList<Expression> patches, IReadOnlyList<Expression> rows)
    {
        for (int p = 0; p < Tiling.Patches; p++)
        {
            writer.Lines($"float {string.Join(", ", Enumerable.Range(0, Tiling.Rows).Select(r => $"s{p}{r} = 0f"))};");
        }

        if (Layout.Vectors == 1)
        {
            WriteVector(writer, 0, patches, rows);
        }
        else
        {
            writer.Block($"for (int v = {Lane}; v < {Layout.Vectors}; v += {Tiling.Lanes})", () => WriteVector(writer, Expression.Name("v"), patches, rows));
        }

        writer.Gap();
        Expression at = writer.Let("at", (Tile * Tiling.SumStride) + Lane);
        for (int sum = 0; sum < Tiling.Sums; sum++)
        {
            writer.Lines($"sums[{at + (sum * Tiling.TilesAtOnce * Tiling.SumStride)}] = s{sum / Tiling.Rows}{sum % Tiling.Rows};");
        }

        writer.Barrier().Gap();
    }

    /// <summary>Prints how the group's threads add up the lanes' parts in order.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="body">Prints what becomes of <c>sum</c>.</param>
    public void WriteResults(SourceWriter writer, Action<TileSum> body) => writer.Share(Tiling.Sums * Tiling.TilesAtOnce, Tiling.Threads, i =>
    {
        Expression place = writer.Let("place", i * Tiling.SumStride);
        writer.Fill("float sum = ", [.. Enumerable.Range(0, Tiling.Lanes).Select(lane => $"sums[{place + lane}]")], ";", before: "+ ");
        Expression tile = writer.Let("sumTile", Tiling.Sums == 1 ? i : i % Tiling.TilesAtOnce);
        Expression patch = Tiling.Patches == 1 ? 0 : i / (Tiling.TilesAtOnce * Tiling.Rows);
        Expression row = Tiling.Rows == 1 ? 0 : Tiling.Patches == 1 ? i / Tiling.TilesAtOnce : i / Tiling.TilesAtOnce % Tiling.Rows;
        body(new TileSum(tile, patch, row, place));
    });

    public string Describe() =>
        $"{Format.Plural(Tiling.TilesAtOnce, "tile")} of {(Tiling.Patches == 1 ? "1 patch" : $"{Tiling.Patches} patches")} × {Format.Plural(Tiling.Rows, "row")} in a group, each {Format.Plural(Tiling.Lanes, "lane")} along d; {Layout.Loads()}; "
        + $"{Format.Plural(Tiling.Sums, "sum")} in registers; {Format.Count(4L * Tiling.SumFloats)} bytes of shared memory for the lanes' sums";

    private void WriteVector(SourceWriter writer, Expression v, IReadOnlyList<Expression> patches, IReadOnlyList<Expression> rows)
    {
        string type = Layout.Type();
        Expression column = writer.Let("column", Layout.Column(v));
        for (int p = 0; p < Tiling.Patches; p++)
        {
            writer.Lines($"{type} a{p} = x[{patches[p] + column}];");
        }

        for (int r = 0; r < Tiling.Rows; r++)
        {
            writer.Lines($"{type} b{r} = w[{rows[r] + v}];");
        }

        for (int p = 0; p < Tiling.Patches; p++)
        {
            for (int r = 0; r < Tiling.Rows; r++)
            {
                writer.Lines($"s{p}{r} = s{p}{r}{string.Concat(Layout.Components().Select(part => $" + (a{p}{part} * b{r}{part})"))};");
            }
        }
    }
}
