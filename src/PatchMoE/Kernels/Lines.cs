namespace PatchMoE.Kernels;

/// <summary>Parts of a count for each of several workers, contiguous and in order; and floats by cache lines, so that no line has two writers.</summary>
internal static class Lines
{
    /// <summary>Floats of a line of 64 bytes.</summary>
    public const int Floats = 16;

    /// <summary>The lines that so many floats take.</summary>
    public static int Of(int floats) => (int)(((long)floats + Floats - 1) / Floats);

    /// <summary>A worker's part of <paramref name="count"/> items.</summary>
    public static (int From, int To) Share(int count, int worker, int workers) =>
        ((int)((long)count * worker / workers), (int)((long)count * (worker + 1) / workers));

    /// <summary>Where a line begins among <paramref name="count"/> floats; a line outside of them, at their start or end.</summary>
    public static int Clamp(int line, int count) => (int)Math.Clamp((long)line * Floats, 0, count);
}
