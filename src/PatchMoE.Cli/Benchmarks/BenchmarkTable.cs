using System.Globalization;
using PatchMoE.Cli.Outputs;
using PatchMoE.Measurement;
using Spectre.Console;

namespace PatchMoE.Cli.Benchmarks;

/// <summary>The results of a benchmark as a table.</summary>
internal static class BenchmarkTable
{
    // A pipe has no width; a table written to it must not be truncated.
    private const int PipeWidth = 120;

    /// <summary>Writes the limits and a row for each pass.</summary>
    public static void Write(CommandContext context, MachineLimits? limits, IReadOnlyList<TimedPass> passes)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(context.Error) });
        if (!context.IsWatched)
        {
            console.Profile.Width = PipeWidth;
        }

        if (limits is not null)
        {
            context.Error.WriteLine(LimitsText(limits));
        }

        Table table = new Table().Border(context.IsWatched ? TableBorder.Rounded : TableBorder.Ascii);
        foreach (string title in (string[])["pass", "median ms", "best ms", "GFLOP", "GFLOP/s", "MB", "GB/s", "bound by", "limit ms", "share"])
        {
            table.AddColumn(new TableColumn(title) { Alignment = title is "pass" or "bound by" ? Justify.Left : Justify.Right });
        }

        foreach (TimedPass pass in passes)
        {
            table.AddRow(
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

        console.Write(table);
    }

    private static string LimitsText(MachineLimits limits) => string.Create(
        CultureInfo.InvariantCulture,
        $"limits of this machine, {limits.Vectors}: one core {limits.CoreFlops / 1e9:0} GFLOP/s; {limits.Threads} {(limits.Threads == 1 ? "thread" : "threads")} {limits.Flops / 1e9:0} GFLOP/s, {limits.MemoryBandwidth / 1e9:0.0} GB/s from memory");

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
