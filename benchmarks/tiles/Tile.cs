using PatchMoE.Gen.Planning;

namespace PatchMoE.Tiles;

/// <summary>A register tile of inner products: so many patches with so many weight rows.</summary>
internal sealed record Tile(int Patches, int Rows)
{
    /// <summary>A machine with 32 registers spills above 24 sums, one with 16 above 12: a few larger tiles show by how much.</summary>
    private const int MostSums = 24;
    private const int MostSide = 6;

    public int Sums => Patches * Rows;

    public string Name => $"{Patches}x{Rows}";

    /// <summary>The tiles that so many patches and rows can fill.</summary>
    public static IEnumerable<Tile> Candidates(int patches, int rows) =>
        from p in Enumerable.Range(1, Math.Min(patches, MostSide))
        from r in Enumerable.Range(1, Math.Min(rows, MostSide))
        where p * r is > 1 and <= MostSums
        select new Tile(p, r);

    /// <summary>The tile that the plan takes for the router's scores of so many patches.</summary>
    public static Tile Planned(int patches, int rows, bool wide)
    {
        int each = Split.Evenly(rows, Planner.TileRows)[0].Size;
        ByWidth<int> together = RegisterTile.Patches(patches, each);
        return new Tile(wide ? together.Wide : together.Narrow, each);
    }
}
