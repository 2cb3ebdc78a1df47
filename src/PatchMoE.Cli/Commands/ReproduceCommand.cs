using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Reproductions;
using PatchMoE.Formats;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Commands;

/// <summary><c>pmoe reproduce NAME</c>: trains the grid of an experiment of the paper and writes a table and a report; finished trainings are not repeated.</summary>
internal sealed class ReproduceCommand
{
    private const int MostSamples = 1_000_000;

    private readonly Argument<string> _name = new("NAME") { Description = "The experiment: mnist." };
    private readonly Option<string?> _out = CommonOptions.Folder("--out", "The folder for the results; an interrupted grid continues from it. [default: runs/reproduce-NAME]");
    private readonly Option<string?> _data = CommonOptions.Data();
    private readonly Option<int?> _seeds = CommonOptions.Number("--seeds", "Number of repeats, with the seeds 1, 2, … [default: the paper's 5]", 1, 10_000);
    private readonly Option<int[]> _samples = new("--samples") { Description = "The numbers of training samples to train with. [default: the paper's]", HelpName = "N", AllowMultipleArgumentsPerToken = true };
    private readonly Option<string[]> _networks = new("--networks") { Description = "The networks to train, by the names of their specs. [default: joint, separate and the CNN]", HelpName = "NAME", AllowMultipleArgumentsPerToken = true };
    private readonly Option<int?> _epochs = CommonOptions.Number("--epochs", "Number of epochs. [default: the paper's]", 1, int.MaxValue);
    private readonly Option<int?> _threads = CommonOptions.Number("--threads", "Number of trainings to run at once. [default: the machine's cores]", 1, 1024);

    public static Command Create(CommandContext context)
    {
        var reproduce = new ReproduceCommand();
        var command = new Command("reproduce", "Reproduce an experiment of the paper.")
        {
            reproduce._name, reproduce._out, reproduce._data, reproduce._seeds, reproduce._samples, reproduce._networks, reproduce._epochs, reproduce._threads,
        };
        reproduce._name.AcceptOnlyFromAmong(Reproduction.Mnist.Name);
        reproduce._networks.AcceptOnlyFromAmong(EmbeddedSpecs.Names);
        command.Validators.Add(result =>
        {
            if (result.GetValue(reproduce._samples) is { } samples && Array.Exists(samples, count => count is < 2 or > MostSamples))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"--samples: each is a whole number from 2 to {MostSamples}."));
            }
        });
        command.SetAction(parsed => reproduce.Execute(parsed, context));
        return command;
    }

    private int Execute(ParseResult parsed, CommandContext context)
    {
        Reproduction reproduction = Chosen(parsed);
        IReadOnlyList<Cell> cells = reproduction.Cells(parsed.GetValue(_epochs));
        string source = ((MosaicDataSpec)cells[0].Spec.Data!).Source;
        string data = Path.GetFullPath(DataFolder.Require(source, parsed.GetValue(_data)));
        string folder = Path.GetFullPath(OutputFolder.Create(parsed.GetValue(_out) ?? Path.Combine("runs", $"reproduce-{reproduction.Name}")));
        CellStore store = CellStore.Open(folder, data);
        Cell[] open = [.. cells.Where(cell => store.Find(cell) is null)];
        context.Error.WriteLine($"{reproduction.Title}: {open.Length} of {cells.Count} trainings to do");

        long started = Stopwatch.GetTimestamp();
        bool interrupted = false;
        try
        {
            var runner = new CellRunner(store, data);
            GridProgress.Watch(context, open, progress => runner.Run(open, parsed.GetValue(_threads) ?? CommonOptions.DefaultThreads, progress, context.Cancellation));
        }
        catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
        {
            interrupted = true;
        }

        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        CellResult[] results = [.. cells.Select(store.Find).OfType<CellResult>()];
        var table = new GridTable(reproduction, results);
        Write(folder, table, Lead(cells, results));
        context.Error.Write(table.ToMarkdown());
        context.Error.WriteLine(interrupted
            ? $"interrupted: {results.Length} of {cells.Count} trainings are in {folder}; run the same command to continue"
            : $"results: {folder} (results.md, report.html)");
        context.Output.WriteLine(Summary(table, results.Length, seconds, interrupted, folder));
        return interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private Reproduction Chosen(ParseResult parsed)
    {
        Reproduction whole = Reproduction.Mnist;
        int[] samples = [.. (parsed.GetValue(_samples) ?? []).Distinct().Order()];
        string[] networks = [.. (parsed.GetValue(_networks) ?? []).Distinct()];
        return whole with
        {
            Samples = samples.Length == 0 ? whole.Samples : samples,
            Networks = networks.Length == 0 ? whole.Networks : networks,
            Seeds = parsed.GetValue(_seeds) ?? whole.Seeds,
        };
    }

    private static string Lead(IReadOnlyList<Cell> cells, CellResult[] results)
    {
        var mosaic = (MosaicDataSpec)cells[0].Spec.Data!;
        TrainingSpec training = cells[0].Spec.Training!;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Length} of {cells.Count} trainings: {mosaic.GridHeight} × {mosaic.GridWidth} mosaics of {mosaic.Source}, {mosaic.Test} test mosaics, {training.Epochs} epochs, batch {training.Batch}, SGD {training.Optimizer.LearningRate}, accuracy after the last epoch.");
    }

    private static void Write(string folder, GridTable table, string lead)
    {
        byte[] markdown = Encoding.UTF8.GetBytes($"# {table.Reproduction.Title}\n\n{lead}\nTest accuracy, mean ± standard deviation over the seeds:\n\n{table.ToMarkdown()}");
        byte[] html = Encoding.UTF8.GetBytes(GridReport.ToHtml(table, lead));
        AtomicFile.WriteAll([(Path.Combine(folder, "results.md"), stream => stream.Write(markdown)), (Path.Combine(folder, "report.html"), stream => stream.Write(html))]);
    }

    private static string Summary(GridTable table, int trainings, double seconds, bool interrupted, string folder) => JsonLine.Of(new
    {
        table.Reproduction.Name,
        Trainings = trainings,
        Seconds = seconds,
        Interrupted = interrupted,
        Results = table.Entries.Select(entry => new { entry.Network, entry.Samples, entry.Mean, entry.Deviation, TestAccuracies = entry.Accuracies }),
        Folder = folder,
        Report = Path.Combine(folder, "report.html"),
    });
}
