using PatchMoE.Cli.Outputs;
using PatchMoE.Measurement;

namespace PatchMoE.Cli.Benchmarks;

/// <summary>The results of a benchmark as one JSON line; times in seconds, rates per second.</summary>
internal static class BenchmarkJson
{
    public static string Of(INetworkEngine engine, string backend, int batch, MachineLimits? limits, IReadOnlyList<TimedPass> passes) => JsonLine.Of(new
    {
        engine.Spec.Name,
        Backend = backend,
        engine.Device,
        Batch = batch,
        Limits = limits is null ? null : new
        {
            limits.Threads,
            VectorBits = limits.Vectors.Bits,
            VectorRegisters = limits.Vectors.Registers,
            CoreFlopsPerSecond = limits.CoreFlops,
            FlopsPerSecond = limits.Flops,
            MemoryBytesPerSecond = limits.MemoryBandwidth,
        },
        Passes = passes.ToDictionary(pass => pass.Name, pass => new
        {
            Seconds = pass.Timing.Median,
            BestSeconds = pass.Timing.Best,
            pass.Timing.Runs,
            pass.Cost.Flops,
            pass.Cost.Bytes,
            pass.FlopsPerSecond,
            pass.BytesPerSecond,
            pass.Bound?.BoundBy,
            pass.Bound?.Bandwidth,
            LimitSeconds = pass.Bound?.Seconds,
            Share = pass.Bound?.ShareOf(pass.Timing.Median),
        }),
    });
}
