using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// A spurious correlation (Chowdhury et al., ICML 2023, appendix: hair colour on CelebA): an irrelevant digit, 2 or 3, tells the class in 95 % of the training mosaics and is in none
/// of the test mosaics. Who learns the shortcut loses accuracy there.
/// </summary>
internal sealed class SpuriousReproduction : IReproduction
{
    private static readonly string[] s_networks = ["mnist-joint", "mnist-separate", "mnist-cnn", "mnist-sample-moe"];
    private static readonly int[] s_samples = [100, 300, 1000];
    private static readonly SpuriousDigitsSpec s_spurious = new(Positive: 2, Negative: 3, SpuriousDigitsSpec.DefaultShare);

    public string Name => "spurious";

    public string Title => "A spurious correlation in training";

    public string Summary => "accuracy with a digit that is tied to the class in training, and without it: pMoE, the CNN, the sample-level MoE";

    public bool TakesSamples => true;

    public IReadOnlyList<string> Networks => EmbeddedSpecs.OfMosaics;

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => [.. Trials(options).Select(trial => trial.Cell)];

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        IReadOnlyList<GridTrial> trials = Trials(options);
        GridTable Table(string value) => new(Chosen(options), Samples(options), trials, find, value);
        var result = new SpuriousResult(
            Table(TiedTestMeasurement.Accuracy), Table(GridTable.TestAccuracy), Table(TiedTestMeasurement.SpuriousRate), Table(TiedTestMeasurement.HitRate),
            trials.DistinctBy(trial => trial.Network).ToDictionary(trial => trial.Network, trial => trial.Spec.Model));
        string lead = string.Create(
            CultureInfo.InvariantCulture,
            $"{trials.Count(trial => find(trial.Cell) is not null)} of {trials.Count} trainings: {MosaicText.Of(trials[0].Spec)}. In {s_spurious.Share:0 %} of the training mosaics, one of the irrelevant digits is a {s_spurious.Positive} in positive and a {s_spurious.Negative} in negative ones; no other irrelevant digit is.");
        ReportTable rows = GridRows.Of(
            trials, find, GridTable.TestAccuracy, TiedTestMeasurement.Accuracy, "trainLoss", "routerHitRate", TiedTestMeasurement.HitRate, TiedTestMeasurement.SpuriousRate);
        return new ReproductionReport(
            SpuriousPage.Of(Title, lead, result, rows, trials[0].Spec, ReproductionOrigin.Of(Name, options)), $"# {Title}\n\n{lead}\n\n{result.ToMarkdown()}", rows.ToCsv(), result.Numbers);
    }

    private static IReadOnlyList<string> Chosen(ReproductionOptions options) => options.Networks.Count > 0 ? options.Networks : s_networks;

    private static IReadOnlyList<int> Samples(ReproductionOptions options) => options.Samples.Count > 0 ? options.Samples : options.Quick ? [100, 300] : s_samples;

    private static IReadOnlyList<GridTrial> Trials(ReproductionOptions options) => GridTrial.Grid(
        options.Seeds ?? (options.Quick ? 2 : 5), Samples(options), Chosen(options), (network, samples, seed) => Cell(network, samples, seed, options));

    private static TrainingCell Cell(string network, int samples, int seed, ReproductionOptions options)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network);
        var mosaic = (MosaicDataSpec)spec.Data!;
        mosaic = mosaic with
        {
            Irrelevant = mosaic.Irrelevant.Where(digit => digit != s_spurious.Positive && digit != s_spurious.Negative).ToEquatableArray(),
            Spurious = s_spurious,
        };
        string title = string.Create(CultureInfo.InvariantCulture, $"{network} with a spurious digit, {samples} samples, seed {seed}");
        string data = DataFolder.Require(mosaic.Source, options.DataFolder);
        return new TrainingCell(title, MosaicCells.With(spec with { Data = mosaic }, samples, seed, options), specFolder: data, data) { Measurement = new TiedTestMeasurement() };
    }
}
