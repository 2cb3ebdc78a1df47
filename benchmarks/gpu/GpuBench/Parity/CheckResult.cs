namespace PatchMoE.GpuBench.Parity;

/// <summary>The outcome of one check.</summary>
/// <param name="Check">Its kind: golden, random, or optimizer.</param>
/// <param name="Name">The golden case, the random network, or the optimizer.</param>
/// <param name="Held">Whether all agreed, and a second run gave the same bits.</param>
/// <param name="Worst">The largest error, as a share of the allowed one; null if there is none, or it is no number: the problem says what.</param>
/// <param name="Where">What it was an error of.</param>
/// <param name="Seconds">What it took on the device, with the compilation of its kernels.</param>
/// <param name="Problem">What did not hold; null if all did.</param>
internal sealed record CheckResult(string Check, string Name, bool Held, double? Worst, string? Where, double Seconds, string? Problem)
{
    /// <summary>The largest error, which JSON can hold.</summary>
    public double? Worst { get; } = Worst is { } share && double.IsFinite(share) ? share : null;
}
