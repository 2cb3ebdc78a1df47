namespace PatchMoE.Gen.Planning;

/// <summary>How wide the vectors of a kernel may be: those of the machine, but no wider than its rows.</summary>
internal static class Lanes
{
    /// <summary>Floats of the widest vectors that there are.</summary>
    public const int Max = 16;

    /// <summary>The widths of machines that have vectors, widest first.</summary>
    public static readonly int[] Machines = [16, 8, 4];

    /// <summary>The cap for rows of so many values: 16, 8 or 4 floats; 1 for rows shorter than any vector.</summary>
    public static int For(int row) => Machines.FirstOrDefault(lanes => lanes <= row) is var lanes and > 0 ? lanes : 1;
}
