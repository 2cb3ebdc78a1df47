using System.CommandLine;
using PatchMoE.Cli.Backends;
using PatchMoE.Cli.Benchmarks;
using PatchMoE.Cli.Inputs;
using PatchMoE.Cli.Outputs;
using PatchMoE.Measurement;
using PatchMoE.Training.Engines;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe bench SPEC</c>: the time of each pass, compared with the limits of this machine measured in the same run.</summary>
internal sealed class BenchCommand
{
    private const int DefaultBatch = 32;
    private const int MaximumBatch = 1 << 20;
    private const int DefaultRuns = 50;

    private readonly Argument<string> _spec = CommonOptions.Spec();
    private readonly Option<int?> _batch = CommonOptions.Number("--batch", $"Samples per pass. [default: training.batch of the spec, or {DefaultBatch}]", 1, MaximumBatch);
    private readonly Option<int?> _runs = CommonOptions.Number("--runs", $"Number of timed runs; their median is reported. [default: {DefaultRuns}]", 1, 1_000_000);
    private readonly Option<int?> _threads = CommonOptions.Threads();
    private readonly Option<string> _backend = CommonOptions.Backend();
    private readonly Option<string?> _device = CommonOptions.Device();
    private readonly Option<bool> _json = CommonOptions.Json();

    public static Command Create(CommandContext context)
    {
        var bench = new BenchCommand();
        var command = new Command("bench", "Time each pass and compare it with this machine's limits.")
        {
            bench._spec, bench._batch, bench._runs, bench._threads, bench._backend, bench._device, bench._json,
        };
        command.SetAction(parsed => bench.Execute(parsed, context));
        return command;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        string? device = parsed.GetValue(_device);
        BackendEntry backend = BackendCatalog.Require(parsed.GetRequiredValue(_backend), device);
        PatchMoESpec spec = SpecFile.Load(parsed.GetRequiredValue(_spec), context);
        backend.RequireFor(spec);
        int batch = parsed.GetValue(_batch) ?? spec.Training?.Batch ?? DefaultBatch;
        int threads = parsed.GetValue(_threads) ?? CommonOptions.DefaultThreads;
        int runs = parsed.GetValue(_runs) ?? DefaultRuns;

        using ITrainingEngine engine = context.Compute(() => backend.Create!(new EngineRequest(spec, threads, device)));
        context.Error.WriteLine($"{spec.Name}: batch {batch}, {engine.Device}");

        // Another device has other limits than this machine's processors.
        MachineLimits? limits = backend.Name == BackendCatalog.Cpu ? context.Compute(() => MachineLimits.Measure(threads)) : null;
        List<TimedPass> passes = Measure(engine, batch, runs, limits, context.Cancellation);
        BenchmarkTable.Write(context, limits, passes);
        context.WriteResult(BenchmarkJson.Of(engine, backend.Name, batch, limits, passes), parsed.GetValue(_json));
        return ExitCode.Done;
    }

    private static List<TimedPass> Measure(ITrainingEngine engine, int batch, int runs, MachineLimits? limits, CancellationToken cancellation)
    {
        var results = new List<TimedPass>();
        foreach ((string name, PassCost cost, Action run) in new PassBenchmark(engine, batch).Passes())
        {
            Timing timing = PassTimer.Measure(run, runs, cancellation);
            results.Add(new TimedPass(name, cost, timing, limits?.BoundOf(cost)));
        }

        return results;
    }
}
