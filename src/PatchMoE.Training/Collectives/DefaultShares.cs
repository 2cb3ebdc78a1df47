using System.Numerics;

namespace PatchMoE.Training.Collectives;

/// <summary>The shares of a batch where several processes train and nobody says a number.</summary>
internal static class DefaultShares
{
    /// <summary>The bits must not depend on the number of processes, so it is the same for up to so many.</summary>
    private const int Least = 4;

    /// <summary>4, or a power of two with one for each process; at most one for each sample.</summary>
    /// <param name="batch">Samples per update.</param>
    /// <param name="processes">Their number.</param>
    public static int Of(int batch, int processes) => Math.Min(batch, Math.Max(Least, (int)BitOperations.RoundUpToPowerOf2((uint)processes)));
}
