using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using PatchMoE.Cli.Costs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Measurement;

namespace PatchMoE.Cli.Commands;

/// <summary>What <c>pmoe cost --ranks</c> must know of the machines and the network between them.</summary>
internal static class NetworkOptions
{
    private const double BitsPerByte = 8;
    private const double Giga = 1e9;
    private const double DefaultGigabits = 10;
    private const double DefaultMicroseconds = 10;

    /// <summary>The share of the full multiply-add rate that passes reach: see docs/performance.md.</summary>
    private const double ReachedRate = 0.6;

    /// <summary>An update reads weights and gradients and writes weights, which are then copied to the engine: five values for each weight.</summary>
    private const double BytesOfUpdate = 5 * sizeof(float);

    /// <summary><c>--network 100G</c>: bits per second.</summary>
    public static Option<double> Network() => new("--network")
    {
        Description = "With --ranks: the network's rate in bits per second, for example 100G. [default: 10G]",
        HelpName = "RATE",
        DefaultValueFactory = _ => DefaultGigabits * Giga,
        CustomParser = result => Rate(result),
    };

    /// <summary><c>--latency 10</c>: microseconds.</summary>
    public static Option<double> Latency() => new("--latency")
    {
        Description = "With --ranks: the network's latency in microseconds. [default: 10]",
        HelpName = "US",
        DefaultValueFactory = _ => DefaultMicroseconds,
        CustomParser = result => Positive(result, "--latency", "10"),
    };

    /// <summary><c>--step 5.2</c>: milliseconds.</summary>
    public static Option<double?> Step() => new("--step")
    {
        Description = "With --ranks: the milliseconds of a step on one process, for example from 'pmoe bench'. [default: from the FLOPs and this machine's rate, which is measured]",
        HelpName = "MS",
        CustomParser = result => Positive(result, "--step", "5.2"),
    };

    /// <summary>The speed of each process and of the network.</summary>
    public static ClusterSpeed Speed(NetworkCost cost, int batch, double bitsPerSecond, double microseconds, double? stepMilliseconds, CommandContext context)
    {
        double update = 0;
        double sample;
        if (stepMilliseconds is { } step)
        {
            sample = step / 1e3 / batch;
        }
        else
        {
            MachineLimits limits = context.Compute(() => MachineLimits.Measure(CommonOptions.DefaultThreads));
            sample = (cost.ForwardFlops + cost.BackwardFlops) / (ReachedRate * limits.Flops);
            update = BytesOfUpdate * cost.Parameters / limits.MemoryBandwidth;
            context.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"a process computes at {ReachedRate:0 %} of this machine's {limits.Flops / Giga:0.#} GFLOP/s (give --step for what 'pmoe bench' measures)"));
        }

        context.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"network: {bitsPerSecond / Giga:0.###} Gbit/s, {microseconds:0.###} µs"));
        return new ClusterSpeed(sample, update, bitsPerSecond / BitsPerByte, microseconds / 1e6);
    }

    private static double Rate(ArgumentResult result)
    {
        string text = result.Tokens[0].Value;
        double unit = text.Length == 0 ? 1 : text[^1] switch { 'K' or 'k' => 1e3, 'M' => 1e6, 'G' => Giga, 'T' => 1e12, _ => 1 };
        if (double.TryParse(unit > 1 ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out double rate) && rate > 0 && double.IsFinite(rate))
        {
            return rate * unit;
        }

        result.AddError($"--network: '{text}' is not a rate in bits per second, for example 100G.");
        return 0;
    }

    private static double Positive(ArgumentResult result, string name, string example)
    {
        string text = result.Tokens[0].Value;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value > 0 && double.IsFinite(value))
        {
            return value;
        }

        result.AddError($"{name}: '{text}' is not a number above 0, for example {example}.");
        return 0;
    }
}
