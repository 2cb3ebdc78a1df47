using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the inner products of one vector <c>x</c> with all weight rows <c>w</c>, in as many rounds as the group needs.</summary>
internal static class VectorProducts
{
    /// <summary>Prints it.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="tiles">Tiles of one patch.</param>
    /// <param name="count">The weight rows.</param>
    /// <param name="store">Prints what becomes of <c>sum</c>, given its tile, its weight row and, unless it always holds, the condition that there is such a row.</param>
    public static void Write(SourceWriter writer, ProductTiles tiles, int count, Action<Expression, Expression, string?> store)
    {
        ProductTiling tiling = tiles.Tiling;
        bool rounds = tiling.RowBlocks > 1;
        bool exact = count % (rounds ? tiling.Rows * tiling.RowTilesAtOnce : tiling.Rows) == 0;
        Expression start = rounds ? Expression.Name("start") : 0;
        SourceWriter.Scope? loop = rounds ? writer.Block($"for (int start = 0; start < {tiling.RowTiles}; start += {tiling.RowTilesAtOnce})") : null;
        Expression firstRow = writer.Let("firstRow", (start + (tiles.Tile % tiling.RowTilesAtOnce)) * tiling.Rows);
        Expression[] rows = [.. Enumerable.Range(0, tiling.Rows).Select(r => writer.Let($"w{r}", (firstRow + r).Inside(count, exact) * tiles.Layout.Vectors))];
        tiles.WriteSums(writer, [0], rows);
        tiles.WriteResults(writer, sum =>
        {
            Expression row = writer.Let("row", ((start + (sum.Tile % tiling.RowTilesAtOnce)) * tiling.Rows) + sum.Row);
            store(sum.Tile, row, row.Below(count, exact));
        });
        if (rounds)
        {
            writer.Barrier();
        }

        loop?.Dispose();
    }
}
