using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// Wide ResNets on CIFAR-10, with the last group of convolutions and with a pMoE layer in its place, at equal epochs (Chowdhury et al., ICML 2023, section 5). The widths
/// are an eighth of the paper's, so that processors train them in minutes; torch does.
/// </summary>
internal sealed class CifarReproduction : IReproduction
{
    private const int DefaultEpochs = 15;

    private static readonly string[] s_networks = ["cifar-wrn-small", "cifar-wrn-pmoe-small"];
    private static readonly int[] s_samples = [1000, 2000, 4000];

    public string Name => "cifar";

    public string Title => "Wide ResNets on CIFAR-10";

    public string Summary => "accuracy against training samples: a Wide ResNet, and one whose last group is a pMoE layer (by torch; needs CIFAR-10)";

    public bool TakesSamples => true;

    public IReadOnlyList<string> Networks => [];

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => [.. Trials(options).Select(trial => trial.Cell)];

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        IReadOnlyList<GridTrial> trials = Trials(options);
        var table = new GridTable(s_networks, Samples(options), trials, find);
        string lead = string.Create(
            CultureInfo.InvariantCulture,
            $"{trials.Count(trial => find(trial.Cell) is not null)} of {trials.Count} trainings: {Epochs(options)} epochs of SGD, batch {trials[0].Spec.Training!.Batch}, no augmentation, accuracy after the last epoch. {Flops(trials)}");
        string markdown = $"# {Title}\n\n{lead}\n\nTest accuracy, mean ± standard deviation over the seeds:\n\n{table.ToMarkdown()}";
        object results = table.Entries.Select(entry => new { entry.Network, entry.Samples, entry.Spread.Mean, entry.Spread.Deviation, TestAccuracies = entry.Values });
        var page = new ReportPage(Title, lead);
        page.Figure(GridSection.Chart(table, "Test accuracy", "test accuracy, mean ± standard deviation").ToSvg());
        page.Section("Test accuracy").Table(GridSection.Means(table), "Mean ± standard deviation over the seeds");
        page.Section("Beside the paper").Text("The paper prints no table for CIFAR-10. These are its accuracies on CelebA, with networks eight times as wide: there, too, the pMoE layer is ahead most where samples are few.");
        page.Table(PaperValues.Celeba(), "CelebA, several classes (Chowdhury et al., ICML 2023)");
        page.Details("The accuracy of every seed", GridSection.Seeds(table));
        ReportTable rows = GridRows.Of(trials, find, GridTable.TestAccuracy, "testLoss", "trainLoss");
        return new ReproductionReport(page.ToHtml(ReproductionOrigin.Of(Name, options)), markdown, rows.ToCsv(), results);
    }

    private static IReadOnlyList<int> Samples(ReproductionOptions options) => options.Samples.Count > 0 ? options.Samples : options.Quick ? [500] : s_samples;

    private static int Epochs(ReproductionOptions options) => options.Epochs ?? (options.Quick ? 2 : DefaultEpochs);

    private static IReadOnlyList<GridTrial> Trials(ReproductionOptions options) => GridTrial.Grid(
        options.Seeds ?? (options.Quick ? 1 : 3), Samples(options), s_networks, (network, samples, seed) => Cell(network, samples, seed, options));

    private static TrainingCell Cell(string network, int samples, int seed, ReproductionOptions options)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network);
        spec = spec with
        {
            Training = spec.Training! with { Seed = seed, Epochs = Epochs(options) },
            Data = ((Cifar10DataSpec)spec.Data!) with { Train = samples },
        };
        return new TrainingCell(string.Create(CultureInfo.InvariantCulture, $"{network}, {samples} samples, seed {seed}"), spec, specFolder: ".", options.DataFolder);
    }

    /// <summary>What a training sample costs in each network.</summary>
    private static string Flops(IReadOnlyList<GridTrial> trials)
    {
        double Of(string network)
        {
            var cost = NetworkCost.Of(trials.First(trial => trial.Network == network).Spec.Model);
            return (cost.ForwardFlops + cost.BackwardFlops) / 1e6;
        }

        (double wide, double patches) = (Of(s_networks[0]), Of(s_networks[1]));
        return string.Create(CultureInfo.InvariantCulture, $"A training sample takes {wide:0.0} MFLOP in the Wide ResNet and {patches:0.0} with the pMoE layer, a factor of {wide / patches:0.00}.");
    }
}
