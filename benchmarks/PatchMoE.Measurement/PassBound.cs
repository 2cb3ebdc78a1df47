namespace PatchMoE.Measurement;

/// <summary>The shortest time that a machine's limits allow a pass: the longer of two, for arithmetic and reading may overlap.</summary>
/// <param name="ComputeSeconds">Its FLOPs at the full rate of multiply-adds.</param>
/// <param name="BandwidthSeconds">Its bytes at the full bandwidth.</param>
/// <param name="Bandwidth">That bandwidth, bytes per second.</param>
internal sealed record PassBound(double ComputeSeconds, double BandwidthSeconds, double Bandwidth)
{
    /// <summary>The bound.</summary>
    public double Seconds => Math.Max(ComputeSeconds, BandwidthSeconds);

    /// <summary>What binds: <c>compute</c> or <c>bandwidth</c>.</summary>
    public string Binds => ComputeSeconds >= BandwidthSeconds ? "compute" : "bandwidth";

    /// <summary>The share of the limit that a measured time reaches. It may pass 1 where ReLU switches off much of the counted backward work.</summary>
    /// <param name="seconds">The measured time.</param>
    public double ShareOf(double seconds) => Seconds / seconds;
}
