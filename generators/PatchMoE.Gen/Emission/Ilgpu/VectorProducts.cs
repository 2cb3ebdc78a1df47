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
        bool exact = count % (tiling.RowBlocks > 1 ? tiling.Rows * tiling.RowTilesAtOnce : tiling.Rows) == 0;
        writer.Rounds("start", tiling.RowTiles, tiling.RowTilesAtOnce, start =>
        {
            Expression firstRow = writer.Let("firstRow", (start + (tiles.Tile % tiling.RowTilesAtOnce)) * tiling.Rows);
            tiles.WriteSums(writer, [0], tiles.LetRows(writer, row => (firstRow + row).Inside(count, exact)));
            tiles.WriteResults(writer, sum =>
            {
                Expression row = writer.Let("row", ((start + (sum.Tile % tiling.RowTilesAtOnce)) * tiling.Rows) + sum.Row);
                store(sum.Tile, row, row.Below(count, exact));
            });
        });
    }
}
