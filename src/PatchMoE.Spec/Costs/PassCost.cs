namespace PatchMoE;

/// <summary>The work that one pass over a batch requires, whatever its implementation.</summary>
/// <param name="Flops">Floating-point operations, a multiply-add counted as two.</param>
/// <param name="Bytes">
/// The minimum memory traffic: input, labels, weights and results once each, whatever the caches hold. Scratch is not counted: it stays in caches.
/// </param>
internal sealed record PassCost(long Flops, long Bytes);
