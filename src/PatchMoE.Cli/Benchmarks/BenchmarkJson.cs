using System.Text.Json;
using PatchMoE.Cli.Outputs;
using PatchMoE.Measurement;

namespace PatchMoE.Cli.Benchmarks;

/// <summary>The results of a benchmark as one JSON line; times in seconds, rates per second.</summary>
internal static class BenchmarkJson
{
    public static string Of(INetworkEngine engine, string backend, int batch, MachineLimits? limits, IReadOnlyList<TimedPass> passes) => JsonLine.Of(json =>
    {
        json.WriteString("name", engine.Spec.Name);
        json.WriteString("backend", backend);
        json.WriteString("device", engine.Device);
        json.WriteNumber("batch", batch);
        if (limits is not null)
        {
            Write(json, limits);
        }

        json.WriteStartObject("passes");
        foreach (TimedPass pass in passes)
        {
            Write(json, pass);
        }

        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, MachineLimits limits)
    {
        json.WriteStartObject("limits");
        json.WriteNumber("threads", limits.Threads);
        json.WriteNumber("vectorBits", limits.Vectors.Bits);
        json.WriteNumber("vectorRegisters", limits.Vectors.Registers);
        json.WriteNumber("coreFlopsPerSecond", limits.CoreFlops);
        json.WriteNumber("flopsPerSecond", limits.Flops);
        json.WriteNumber("memoryBytesPerSecond", limits.MemoryBandwidth);
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, TimedPass pass)
    {
        json.WriteStartObject(pass.Name);
        json.WriteNumber("seconds", pass.Timing.Median);
        json.WriteNumber("bestSeconds", pass.Timing.Best);
        json.WriteNumber("runs", pass.Timing.Runs);
        json.WriteNumber("flops", pass.Cost.Flops);
        json.WriteNumber("bytes", pass.Cost.Bytes);
        json.WriteNumber("flopsPerSecond", pass.FlopsPerSecond);
        json.WriteNumber("bytesPerSecond", pass.BytesPerSecond);
        if (pass.Bound is { } bound)
        {
            json.WriteString("boundBy", bound.BoundBy);
            json.WriteNumber("bandwidth", bound.Bandwidth);
            json.WriteNumber("limitSeconds", bound.Seconds);
            json.WriteNumber("share", bound.ShareOf(pass.Timing.Median));
        }

        json.WriteEndObject();
    }
}
