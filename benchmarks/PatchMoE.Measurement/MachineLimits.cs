namespace PatchMoE.Measurement;

/// <summary>The measured limits of this machine: the rate of multiply-adds in registers and the read bandwidth.</summary>
/// <param name="Threads">The number of threads that work at once.</param>
/// <param name="Vectors">The vectors that emitted code uses in this process.</param>
/// <param name="CoreFlops">Floating-point operations per second of one thread alone; a multiply-add counts as two.</param>
/// <param name="Flops">Floating-point operations per second of all threads together.</param>
/// <param name="MemoryBandwidth">Bytes per second that all threads together read from memory, from an array larger than the caches.</param>
internal sealed record MachineLimits(int Threads, VectorClass Vectors, double CoreFlops, double Flops, double MemoryBandwidth)
{
    /// <summary>Measures the limits; takes about a second.</summary>
    /// <param name="threads">The number of threads that work at once, 1…1024.</param>
    public static MachineLimits Measure(int threads)
    {
        double core = ArithmeticLimit.Measure(1);
        double flops = threads == 1 ? core : ArithmeticLimit.Measure(threads);
        return new MachineLimits(threads, VectorClass.Current, core, flops, ReadLimit.MeasureMemory(threads));
    }

    /// <summary>
    /// The shortest time that the limits allow for a pass. A pass that is repeated on one batch finds its data in whatever cache holds them, so the
    /// bandwidth is measured on an array of the same size.
    /// </summary>
    /// <param name="cost">The pass.</param>
    public PassBound BoundOf(PassCost cost)
    {
        double bandwidth = ReadLimit.Measure(Threads, cost.Bytes);
        return new PassBound(cost.Flops / Flops, cost.Bytes / bandwidth, bandwidth);
    }
}
