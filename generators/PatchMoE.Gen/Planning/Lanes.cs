namespace PatchMoE.Gen.Planning;

/// <summary>
/// The lanes along which a kernel sums: fixed by the length of its rows alone, so that sums have one order on every machine. 16 lanes are one vector of 512 bits or two of
/// 256; shorter rows have fewer.
/// </summary>
internal static class Lanes
{
    /// <summary>Floats of the widest vectors.</summary>
    public const int Max = 16;

    private static readonly int[] s_widths = [Max, 8, 4];

    /// <summary>The lanes for rows of so many values: 16, 8 or 4; 1 for rows shorter than any vector.</summary>
    public static int For(int row) => s_widths.FirstOrDefault(lanes => lanes <= row) is var lanes and > 0 ? lanes : 1;
}
