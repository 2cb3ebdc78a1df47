using System.Globalization;
using System.Text;
using PatchMoE.Cli.Experiments;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Reproductions;

/// <summary>MNIST mosaics: the paper's ways of training, six numbers of samples, five repeats (Chowdhury et al., ICML 2023, section 5).</summary>
internal sealed class MnistReproduction : IReproduction
{
    private static readonly string[] s_networks = ["mnist-joint", "mnist-separate", "mnist-cnn", "mnist-cnn-4", "mnist-sample-moe", "mnist-joint-all", "mnist-separate-all"];
    private static readonly int[] s_samples = [100, 300, 500, 700, 900, 1000];

    public string Name => "mnist";

    public string Title => "MNIST mosaics";

    public string Summary => "accuracy against training samples: joint and separate training, the CNN, the sample-level MoE";

    public IReadOnlyList<string> Options { get; } = ["--samples", "--networks"];

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => [.. Trials(options).Select(trial => trial.Cell)];

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        IReadOnlyList<GridTrial> trials = Trials(options);
        var table = new GridTable(Networks(options), Samples(options), trials, find);
        string lead = Lead(trials, trials.Count(trial => find(trial.Cell) is not null));
        string markdown = $"# {Title}\n\n{lead}\nTest accuracy, mean ± standard deviation over the seeds:\n\n{table.ToMarkdown()}";
        object results = table.Entries.Select(entry => new { entry.Network, entry.Samples, entry.Mean, entry.Deviation, TestAccuracies = entry.Accuracies });
        return new ReproductionReport(GridReport.ToHtml(table, Title, lead), markdown, Csv(trials, find), results);
    }

    private static IReadOnlyList<string> Networks(ReproductionOptions options) => options.Networks.Count > 0 ? options.Networks : s_networks;

    private static IReadOnlyList<int> Samples(ReproductionOptions options) => options.Samples.Count > 0 ? options.Samples : options.Quick ? [100, 1000] : s_samples;

    /// <summary>The grid, seed after seed, so that cells that share data are adjacent; the longest first.</summary>
    private static IReadOnlyList<GridTrial> Trials(ReproductionOptions options)
    {
        GridTrial[] trials =
        [
            .. from seed in Enumerable.Range(1, options.Seeds ?? (options.Quick ? 2 : 5))
               from samples in Samples(options).Reverse()
               from network in Networks(options)
               select new GridTrial(network, samples, seed, Cell(network, samples, seed, options)),
        ];
        TrainingCell.ShareData([.. trials.Select(trial => trial.Cell)]);
        return trials;
    }

    private static TrainingCell Cell(string network, int samples, int seed, ReproductionOptions options)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network);
        TrainingSpec training = spec.Training!;
        var mosaic = (MosaicDataSpec)spec.Data!;
        spec = spec with
        {
            Training = training with { Seed = seed, Epochs = options.Epochs ?? training.Epochs, RouterEpochs = options.Epochs ?? training.RouterEpochs },
            Data = mosaic with { Train = samples },
        };
        string data = DataFolder.Require(mosaic.Source, options.DataFolder);
        string title = string.Create(CultureInfo.InvariantCulture, $"{network}, {samples} samples, seed {seed}");
        return new TrainingCell(title, spec, specFolder: data, data);
    }

    private static string Lead(IReadOnlyList<GridTrial> trials, int finished)
    {
        PatchMoESpec spec = trials[0].Cell.Spec;
        var mosaic = (MosaicDataSpec)spec.Data!;
        TrainingSpec training = spec.Training!;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{finished} of {trials.Count} trainings: {mosaic.GridHeight} × {mosaic.GridWidth} mosaics of {mosaic.Source}, {mosaic.Test} test mosaics, {training.Epochs} epochs, batch {training.Batch}, SGD {training.Optimizer.LearningRate}, accuracy after the last epoch.");
    }

    private static string Csv(IReadOnlyList<GridTrial> trials, Func<ICell, CellRecord?> find)
    {
        var csv = new StringBuilder("network,samples,seed,testAccuracy,testLoss,routerHitRate\n");
        foreach (GridTrial trial in trials)
        {
            if (find(trial.Cell)?.Result is { } result)
            {
                csv.Append(CultureInfo.InvariantCulture, $"{trial.Network},{trial.Samples},{trial.Seed},{result["testAccuracy"]},{result["testLoss"]},{result["routerHitRate"]}\n");
            }
        }

        return csv.ToString();
    }
}
