using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>MNIST mosaics: the paper's ways of training, its six numbers of samples and one between, five repeats (Chowdhury et al., ICML 2023, section 5).</summary>
internal sealed class MnistReproduction : IReproduction
{
    private static readonly string[] s_networks = ["mnist-joint", "mnist-separate", "mnist-cnn", "mnist-cnn-4", "mnist-sample-moe", "mnist-joint-all", "mnist-separate-all"];

    private static readonly (string Title, string[] Networks)[] s_comparisons =
    [
        ("Ways of training, of the same size", ["mnist-joint", "mnist-separate", "mnist-cnn", "mnist-sample-moe"]),
        ("The mean over the l patches taken, or over all n (all)", ["mnist-joint", "mnist-joint-all", "mnist-separate", "mnist-separate-all"]),
        ("The CNN with 40 neurons and with 4", ["mnist-cnn", "mnist-cnn-4"]),
    ];

    // 600 is not among the paper's; the finding compares it with 1000.
    private static readonly int[] s_samples = [100, 300, 500, MnistFinding.Few, 700, 900, MnistFinding.Many];
    private static readonly int[] s_quickSamples = [100, MnistFinding.Few, MnistFinding.Many];

    public string Name => "mnist";

    public string Title => "MNIST mosaics";

    public string Summary => "accuracy against training samples: joint and separate training, the CNN, the sample-level MoE";

    public bool TakesSamples => true;

    public IReadOnlyList<string> Networks => EmbeddedSpecs.OfMosaics;

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => [.. Trials(options).Select(trial => trial.Cell)];

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        IReadOnlyList<GridTrial> trials = Trials(options);
        var table = new GridTable(Chosen(options), Samples(options), trials, find);
        MnistFinding? finding = MnistFinding.Of(table);
        string lead = $"{trials.Count(trial => find(trial.Cell) is not null)} of {trials.Count} trainings: {MosaicText.Of(trials[0].Spec)}.";
        string markdown = $"# {Title}\n\n{lead}\n{finding?.Text}\n\nTest accuracy, mean ± standard deviation over the seeds:\n\n{table.ToMarkdown()}";
        ReportTable rows = GridRows.Of(trials, find, GridTable.TestAccuracy, "testLoss", "trainLoss", "routerHitRate");
        object results = table.Entries.Select(entry => new { entry.Network, entry.Samples, entry.Spread.Mean, entry.Spread.Deviation, TestAccuracies = entry.Values });
        return new ReproductionReport(Page(table, new GridTable(Chosen(options), Samples(options), trials, find, "routerHitRate"), lead, finding, options), markdown, rows.ToCsv(), results);
    }

    private static IReadOnlyList<string> Chosen(ReproductionOptions options) => options.Networks.Count > 0 ? options.Networks : s_networks;

    private static IReadOnlyList<int> Samples(ReproductionOptions options) => options.Samples.Count > 0 ? options.Samples : options.Quick ? s_quickSamples : s_samples;

    private static IReadOnlyList<GridTrial> Trials(ReproductionOptions options) => GridTrial.Grid(
        options.Seeds ?? (options.Quick ? 2 : 5), Samples(options), Chosen(options), (network, samples, seed) => Cell(network, samples, seed, options));

    private static TrainingCell Cell(string network, int samples, int seed, ReproductionOptions options)
    {
        string title = string.Create(CultureInfo.InvariantCulture, $"{network}, {samples} samples, seed {seed}");
        return MosaicCells.Of(title, EmbeddedSpecs.Read(network), samples, seed, options);
    }

    /// <summary>Comparisons of a few networks each; those that were trained.</summary>
    private static IEnumerable<(string Svg, string? Caption)> Charts(GridTable table)
    {
        foreach ((string title, string[] networks) in s_comparisons)
        {
            GridTable part = table.Of(networks);
            if (part.Networks.Count > 0)
            {
                yield return (GridSection.Chart(part, title, "test accuracy").ToSvg(), null);
            }
        }

        if (table.Networks.Except(s_comparisons.SelectMany(comparison => comparison.Networks)).ToArray() is { Length: > 0 } others)
        {
            yield return (GridSection.Chart(table.Of(others), "Other networks", "test accuracy").ToSvg(), null);
        }
    }

    private string Page(GridTable table, GridTable hits, string lead, MnistFinding? finding, ReproductionOptions options)
    {
        var page = new ReportPage(Title, lead);
        if (finding is not null)
        {
            page.Numbers(
                ($"joint, N = {MnistFinding.Few}", finding.Joint.Spread.ToString()),
                ($"CNN (40), N = {MnistFinding.Many}", finding.Cnn.Spread.ToString()));
            page = finding.IsReached ? page.Text(finding.Text) : page.Note(finding.Text);
        }

        page.Figures([.. Charts(table)]);
        page.Section("Test accuracy").Table(GridSection.Means(table), "Mean ± standard deviation over the seeds");
        if (PaperValues.Mosaics(table) is { Count: > 0 } values)
        {
            page.Section("Beside the paper's protocol");
            page.Text("The paper prints curves of these experiments, no numbers. Its protocol was repeated in plain PyTorch, with two or three seeds; mosaics, initial weights and order differ.").Table(values);
        }

        if (hits.Entries.Count > 0)
        {
            GridTable routed = hits.OfNetworksWithResults();
            page.Section("Router hit rate").Text("The share of test mosaics whose class digit is among the patches taken: with two experts, by the expert of its class; with more, by any.");
            page.Table(GridSection.Means(routed), "Mean ± standard deviation over the seeds");
        }

        page.Details("The accuracy of every seed", GridSection.Seeds(table));
        foreach (string network in table.Networks)
        {
            page.Details($"The spec {network}", SpecWriter.ToJson(EmbeddedSpecs.Read(network)));
        }

        return page.ToHtml(ReproductionOrigin.Of(Name, options));
    }
}
