namespace PatchMoE.Gen.Planning.Ilgpu;

/// <summary>How counts are cut into parts.</summary>
internal static class Divide
{
    /// <summary>count / size, rounded up.</summary>
    public static int Up(int count, int size) => (count + size - 1) / size;

    /// <summary>The size of as few equal parts as possible of at most <paramref name="max"/>.</summary>
    public static int Evenly(int count, int max) => Up(count, Up(count, max));
}

/// <summary>A thread per value, in groups of <paramref name="Threads"/>.</summary>
/// <param name="Values">The values.</param>
/// <param name="Threads">Threads of a group.</param>
internal sealed record ElementTiling(int Values, int Threads)
{
    public int Groups => Divide.Up(Values, Threads);

    /// <summary>Whether every thread has a value.</summary>
    public bool Exact => Values % Threads == 0;
}
