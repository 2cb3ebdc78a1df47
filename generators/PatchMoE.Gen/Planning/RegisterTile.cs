namespace PatchMoE.Gen.Planning;

/// <summary>How many sums of inner products a register tile holds.</summary>
internal static class RegisterTile
{
    /// <summary>24 sums, up to 6 patches and a weight fit 32 registers; 12 sums, up to 3 values of the shorter side and one of the other fit 16.</summary>
    private static readonly ByWidth<int> s_mostSums = new(24, 12);
    private const int MostPatches = 6;

    /// <summary>Two multiply-adds begin in a cycle, and each takes four: fewer sums wait for each other.</summary>
    public const int LeastSums = 8;

    /// <summary>Patches that pass with so many weight rows, of at most so many.</summary>
    public static ByWidth<int> Patches(int patches, int rows) => new(Even(patches, s_mostSums.Wide / rows), Even(patches, s_mostSums.Narrow / rows));

    /// <summary>The tiles of patches for a number that is known only at run time, of at most <paramref name="maximum"/>.</summary>
    /// <param name="even">The number that is to be cut as evenly as possible.</param>
    /// <param name="maximum">The largest number.</param>
    /// <param name="rows">The weight rows that they pass with.</param>
    public static ByWidth<EquatableArray<int>> Downwards(int even, int maximum, int rows) => Patches(even, rows).Select(most => Split.Downwards(maximum, most));

    /// <summary>As even as possible: of 6 patches, tiles of 3 and 3, not 4 and 2.</summary>
    private static int Even(int patches, int most) => Split.Evenly(patches, Math.Max(1, Math.Min(MostPatches, most)))[0].Size;
}
