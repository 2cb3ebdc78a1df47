namespace PatchMoE.Measurement;

/// <summary>The shortest time that a machine's limits allow for a pass: the longer of two, since arithmetic and reading may overlap.</summary>
/// <param name="ComputeSeconds">Its FLOPs at the full rate of multiply-adds.</param>
/// <param name="BandwidthSeconds">Its bytes at the full bandwidth.</param>
/// <param name="Bandwidth">That bandwidth, bytes per second.</param>
internal sealed record PassBound(double ComputeSeconds, double BandwidthSeconds, double Bandwidth)
{
    /// <summary>The bound.</summary>
    public double Seconds => Math.Max(ComputeSeconds, BandwidthSeconds);

    /// <summary>What the pass is bound by: <c>compute</c> or <c>bandwidth</c>.</summary>
    public string BoundBy => ComputeSeconds >= BandwidthSeconds ? "compute" : "bandwidth";

    /// <summary>The share of the limit that a measured time reaches. It may exceed 1 if ReLU makes much of the counted backward work unnecessary.</summary>
    /// <param name="seconds">The measured time.</param>
    public double ShareOf(double seconds) => Seconds / seconds;
}
