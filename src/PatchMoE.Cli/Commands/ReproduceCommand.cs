using System.CommandLine;
using System.CommandLine.Parsing;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Reproductions;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe reproduce NAME</c>: runs an experiment of the paper and writes tables and a report; finished cells are not run again.</summary>
internal sealed class ReproduceCommand
{
    private const int MostSamples = 1_000_000;

    private readonly Argument<string> _name = new("NAME")
    {
        Description = "The experiment:\n" + string.Join('\n', ReproductionCatalog.All.Select(reproduction => $"{reproduction.Name}: {reproduction.Summary}")),
        HelpName = "NAME",
    };

    private readonly Option<string?> _out = CommonOptions.Folder("--out", "The folder for the results; an interrupted experiment continues from it. [default: runs/reproduce-NAME]");
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<bool> _quick = new("--quick") { Description = "A smaller experiment that takes a minute or two." };
    private readonly Option<int?> _seeds = CommonOptions.Number("--seeds", "Number of repeats, with the seeds 1, 2, … [default: the experiment's]", 1, 10_000);
    private readonly Option<int[]> _samples = new("--samples") { Description = "The numbers of training samples to train with. [default: the experiment's]", HelpName = "N", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _networks = new("--networks") { Description = "The networks to train, by the names of their specs. [default: the experiment's]", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> _epochs = CommonOptions.Number("--epochs", "Number of epochs. [default: the experiment's]", 1, int.MaxValue);
    private readonly Option<int?> _threads = CommonOptions.Number("--threads", "Number of trainings to run at once. [default: the machine's cores]", 1, 1024);

    public static Command Create(CommandContext context)
    {
        var reproduce = new ReproduceCommand();
        var command = new Command("reproduce", "Reproduce an experiment of the paper.")
        {
            reproduce._name, reproduce._quick, reproduce._out, reproduce._data, reproduce._seeds, reproduce._samples, reproduce._networks, reproduce._epochs, reproduce._threads,
        };
        reproduce._name.AcceptOnlyFromAmong([.. ReproductionCatalog.All.Select(reproduction => reproduction.Name)]);
        command.Validators.Add(reproduce.Validate);
        command.SetAction(parsed => reproduce.Execute(parsed, context));
        return command;
    }

    private void Validate(CommandResult result)
    {
        if (result.GetValue(_samples) is { } samples && Array.Exists(samples, count => count is < 2 or > MostSamples))
        {
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"--samples: each is a whole number from 2 to {MostSamples}."));
        }

        if (ReproductionCatalog.All.FirstOrDefault(one => one.Name == result.GetValue(_name)) is not { } reproduction)
        {
            return;
        }

        if (result.GetResult(_samples) is { Implicit: false } && !reproduction.TakesSamples)
        {
            result.AddError($"--samples: the experiment '{reproduction.Name}' has no such choice. Leave it out.");
        }

        foreach (string network in result.GetValue(_networks) ?? [])
        {
            if (!reproduction.Networks.Contains(network))
            {
                result.AddError(reproduction.Networks.Count == 0
                    ? $"--networks: the experiment '{reproduction.Name}' has no such choice. Leave it out."
                    : $"--networks: '{network}' is no network of the experiment '{reproduction.Name}'. Name any of {string.Join(", ", reproduction.Networks)}.");
            }
        }
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        IReproduction reproduction = ReproductionCatalog.Find(parsed.GetValue(_name)!);
        var options = new ReproductionOptions(
            parsed.GetValue(_quick),
            parsed.GetValue(_seeds),
            parsed.GetValue(_epochs),
            [.. (parsed.GetValue(_samples) ?? []).Distinct().Order()],
            [.. (parsed.GetValue(_networks) ?? []).Distinct()],
            parsed.GetValue(_data));
        IReadOnlyList<ICell> cells = reproduction.Cells(options);
        CellFolder folder = CellFolder.Open(parsed.GetValue(_out) ?? Path.Combine("runs", $"reproduce-{reproduction.Name}"), text => context.Error.WriteLine($"warning: {text}"));
        ICell[] open = [.. cells.Where(cell => folder.Find(cell) is null)];
        context.Error.WriteLine($"{reproduction.Title}: {open.Length} of {cells.Count} cells to run");

        long started = Stopwatch.GetTimestamp();
        bool interrupted = false;
        IReadOnlyList<CellFailure> failures = [];
        ReproductionReport? report = null;
        try
        {
            var scheduler = new CellScheduler(folder, parsed.GetValue(_threads) ?? CommonOptions.DefaultThreads);
            failures = CellProgress.Watch(context, open, progress => scheduler.Run(open, progress, context.Cancellation));
            if (failures.Count == 0 && reproduction is IMeasuredReproduction measured)
            {
                report = measured.Measure(options, folder.Find, context);
            }
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            interrupted = true;
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        int finished = cells.Count(cell => folder.Find(cell) is not null);
        report ??= reproduction.Report(options, folder.Find);
        Write(folder.FullPath, report);
        context.Error.Write(report.Markdown);
        foreach (CellFailure failure in failures)
        {
            context.Error.WriteLine($"error: {failure.Cell.Title}: {failure.Message}");
        }

        context.Error.WriteLine(interrupted
            ? $"interrupted: {finished} of {cells.Count} cells are in {folder.FullPath}; run the same command to continue"
            : $"results: {folder.FullPath} (report.html, results.md, results.csv)");
        context.Output.WriteLine(JsonLine.Of(new
        {
            reproduction.Name,
            Cells = finished,
            Seconds = seconds,
            Interrupted = interrupted,
            report.Results,
            Folder = folder.FullPath,
            Report = Path.Combine(folder.FullPath, "report.html"),
        }));
        return interrupted ? ExitCode.Interrupted : failures.Count > 0 ? ExitCode.BadInput : ExitCode.Done;
    }

    private static void Write(string folder, ReproductionReport report)
    {
        (string Path, Action<Stream> Write) File(string name, string text) => (Path.Combine(folder, name), stream => stream.Write(Encoding.UTF8.GetBytes(text)));
        AtomicFile.WriteAll([File("results.md", report.Markdown), File("results.csv", report.Csv), File("report.html", report.Html)]);
    }
}
