namespace PatchMoE.GpuBench.Ptx;

/// <summary>A kernel of a shape on an architecture.</summary>
/// <param name="Name">The shape.</param>
/// <param name="Batch">Samples.</param>
/// <param name="Kernel">As in <c>Layer0.Route</c>.</param>
/// <param name="Architecture">SM_80 or SM_90.</param>
/// <param name="Groups">Groups of a launch; null if neither a forward pass nor a step launches it.</param>
/// <param name="Threads">Threads of a group.</param>
/// <param name="Registers">The estimate of a thread's registers.</param>
/// <param name="Facts">What its PTX says.</param>
/// <param name="Occupancy">The share of a multiprocessor's warps that can be there at once.</param>
/// <param name="Work">FLOPs and bytes of a launch; null for what does not grow with the batch.</param>
internal sealed record KernelRow(
    string Name, int Batch, string Kernel, string Architecture, long? Groups, int? Threads, int Registers, KernelFacts Facts, double? Occupancy, KernelWork? Work);
