using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the inner products of one vector <c>x</c> with all weight rows <c>w</c>, as many rounds as the group needs.</summary>
internal static class FlatRows
{
    /// <summary>Prints it.</summary>
    /// <param name="writer">Where.</param>
    /// <param name="tiling">Tiles of one patch.</param>
    /// <param name="rows">The vector's loads.</param>
    /// <param name="count">The weight rows.</param>
    /// <param name="store">What is done with a <c>sum</c> of <c>row</c>.</param>
    /// <param name="of">Whose sum it is, where the group has several vectors.</param>
    /// <param name="exists">Whether there is such a vector; without, the group has one, in its first slots.</param>
    public static void Write(
        SourceWriter writer, DotTiling tiling, DeviceRows rows, int count, string store, string of = "", string exists = "")
    {
        bool rounds = tiling.RowBlocks > 1;
        int tiles = tiling.RowTilesAtOnce;
        string start = rounds ? "start" : "0";
        SourceWriter.Scope? loop = rounds ? writer.Block($"for (int start = 0; start < {tiling.RowTiles}; start += {tiles})") : null;
        writer.Lines($"int firstRow = {Index.Times(Index.Plus(start, Index.Modulo("slot", tiles)), tiling.Rows)};");
        for (int r = 0; r < tiling.Rows; r++)
        {
            bool exact = !rounds && count % tiling.Rows == 0;
            writer.Lines($"int w{r} = {Index.Times(Index.Inside(Index.Plus("firstRow", Index.Number(r)), count, exact), rows.Columns)};");
        }

        DotText.WriteSums(writer, tiling, rows);
        writer.Lines("Group.Barrier();").Gap();
        using (DotText.OpenResults(writer, tiling))
        {
            writer.Lines($"int row = {Index.Plus(Index.Times(Index.Plus(start, Index.Modulo("owner", tiles)), tiling.Rows), DotText.InRow(tiling))};");
            if (of.Length > 0)
            {
                writer.Lines(of);
            }

            using (writer.Block($"if (row < {count} && {(exists.Length > 0 ? exists : $"owner < {tiles}")})"))
            {
                writer.Lines(store);
            }
        }

        if (rounds)
        {
            writer.Gap();
            writer.Lines("Group.Barrier();");
        }

        loop?.Dispose();
        writer.Gap();
    }
}
