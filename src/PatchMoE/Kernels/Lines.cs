namespace PatchMoE.Kernels;

/// <summary>Divides items among workers into contiguous parts, in order; and floats by cache lines, so that no line has two writers.</summary>
internal static class Lines
{
    /// <summary>Floats in a cache line of 64 bytes.</summary>
    public const int Floats = 16;

    /// <summary>The number of lines that a number of floats takes.</summary>
    public static int Of(int floats) => (int)(((long)floats + Floats - 1) / Floats);

    /// <summary>A worker's part of <paramref name="count"/> items.</summary>
    public static (int From, int To) Share(int count, int worker, int workers) =>
        ((int)((long)count * worker / workers), (int)((long)count * (worker + 1) / workers));

    /// <summary>Where a line starts among <paramref name="count"/> floats; a line outside them is clamped to their start or end.</summary>
    public static int Clamp(int line, int count) => (int)Math.Clamp((long)line * Floats, 0, count);
}
