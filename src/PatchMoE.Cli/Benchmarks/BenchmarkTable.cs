using System.Globalization;
using PatchMoE.Cli.Outputs;
using PatchMoE.Measurement;

namespace PatchMoE.Cli.Benchmarks;

/// <summary>The results of a benchmark as a table.</summary>
internal static class BenchmarkTable
{
    /// <summary>Writes the limits and a row for each pass.</summary>
    public static void Write(CommandContext context, MachineLimits? limits, IReadOnlyList<TimedPass> passes)
    {
        if (limits is not null)
        {
            context.Error.WriteLine(LimitsText(limits));
        }

        TextTable table = new("pass", "median ms", "best ms", "GFLOP", "GFLOP/s", "MB", "GB/s", "bound by", "limit ms", "share");
        foreach (TimedPass pass in passes)
        {
            table.Add(
                pass.Name,
                Number(pass.Timing.Median * 1e3, "0.000"),
                Number(pass.Timing.Best * 1e3, "0.000"),
                Number(pass.Cost.Flops / 1e9, "0.000"),
                Number(pass.FlopsPerSecond / 1e9, "0.0"),
                Number(pass.Cost.Bytes / 1e6, "0.00"),
                Number(pass.BytesPerSecond / 1e9, "0.0"),
                pass.Bound?.BoundBy ?? "",
                pass.Bound is null ? "" : Number(pass.Bound.Seconds * 1e3, "0.000"),
                pass.Bound is null ? "" : Number(pass.Bound.ShareOf(pass.Timing.Median) * 100, "0") + " %");
        }

        table.Write(context);
    }

    private static string LimitsText(MachineLimits limits) => string.Create(
        CultureInfo.InvariantCulture,
        $"limits of this machine, {limits.Vectors}: one core {limits.CoreFlops / 1e9:0} GFLOP/s; {limits.Threads} {(limits.Threads == 1 ? "thread" : "threads")} {limits.Flops / 1e9:0} GFLOP/s, {limits.MemoryBandwidth / 1e9:0.0} GB/s from memory");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
