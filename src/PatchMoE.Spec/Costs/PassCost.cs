namespace PatchMoE;

/// <summary>The work of one pass over a batch, as far as the network itself demands it.</summary>
/// <param name="Flops">Floating-point operations, a multiply-add counted as two.</param>
/// <param name="Bytes">
/// The least traffic with memory: input, labels, weights and results once each, whatever the caches hold. Scratch is not counted: it stays in caches.
/// </param>
internal sealed record PassCost(long Flops, long Bytes)
{
    /// <summary>Floating-point operations for each byte of traffic: what decides between the bound of compute and the bound of bandwidth.</summary>
    public double Intensity => (double)Flops / Bytes;
}
