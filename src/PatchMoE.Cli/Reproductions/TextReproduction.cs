using System.Globalization;
using System.Runtime.CompilerServices;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.TextExperiments;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>Routing on texts: the accuracy of some networks against the number of training texts, and against the number of irrelevant sentences in each text.</summary>
/// <param name="name">The experiment's name.</param>
/// <param name="title">Its title.</param>
/// <param name="summary">What it shows.</param>
/// <param name="networks">Which networks it compares: names of <see cref="TextNetworks"/>.</param>
internal sealed class TextReproduction(string name, string title, string summary, IReadOnlyList<string> networks) : IReproduction
{
    private const int MostSamples = 2000;

    private static readonly int[] s_irrelevant = [0, 8, 32];
    private static readonly int[] s_quickIrrelevant = [0, 8];

    // The cells and the report of a run need the same texts: read once for the options of the run.
    private readonly ConditionalWeakTable<ReproductionOptions, TextCorpus> _corpora = [];

    public string Name => name;

    public string Title => title;

    public string Summary => summary;

    public bool TakesSamples => true;

    public IReadOnlyList<string> Networks => networks;

    /// <summary>Segments as patches.</summary>
    public static TextReproduction Segments { get; } = new(
        "text",
        "Texts: segments as patches",
        "accuracy on texts, against N and with irrelevant sentences: pMoE on sentences, paragraphs and n-grams, dense, sample-level MoE, linear",
        [TextNetworks.Sentences, TextNetworks.Paragraphs, TextNetworks.Ngrams, TextNetworks.TwoLevels, TextNetworks.Dense, TextNetworks.SampleMoE, TextNetworks.Averaged]);

    /// <summary>Experts on several levels.</summary>
    public static TextReproduction Levels { get; } = new(
        "hierarchy",
        "Texts: experts on several levels",
        "the same for experts on one, two and three levels of a text's structure, with and without routing",
        [TextNetworks.Sentences, TextNetworks.TwoLevels, TextNetworks.ThreeLevels, TextNetworks.DenseLevels, TextNetworks.Averaged]);

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => [.. Trials(options, Corpus(options)).Select(trial => trial.Cell)];

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        TextCorpus corpus = Corpus(options);
        IReadOnlyList<TextTrial> trials = Trials(options, corpus);
        var result = new TextResult([.. trials.OrderBy(trial => Chosen(options).IndexOf(trial.Network))], find);
        string lead = string.Create(
            CultureInfo.InvariantCulture,
            $"{trials.Count(trial => find(trial.Cell) is not null)} of {trials.Count} trainings: {corpus}; hashed vectors; {Epochs(options)} epochs of Adam; accuracy after the last epoch.");
        ReportTable rows = Rows(trials, find);
        PatchMoESpec[] specs = [.. Chosen(options).Where(network => network != TextNetworks.Averaged).Select(network => Spec(network, corpus, options))];
        return new ReproductionReport(
            TextPage.Of(Title, lead, result, rows, specs, ReproductionOrigin.Of(Name, options)), $"# {Title}\n\n{lead}\n\n{result.ToMarkdown()}", rows.ToCsv(), result.Numbers);
    }

    private TextCorpus Corpus(ReproductionOptions options) => _corpora.GetValue(options, one => TextCorpus.Find(one.DataFolder));

    private List<string> Chosen(ReproductionOptions options) => [.. networks.Where(network => options.Networks.Count == 0 || options.Networks.Contains(network))];

    private static int Epochs(ReproductionOptions options) => options.Epochs ?? (options.Quick ? 5 : 10);

    /// <summary>Up to 2000 texts, and halves of that; few for a quick look.</summary>
    private static IReadOnlyList<int> Samples(ReproductionOptions options, TextCorpus corpus)
    {
        if (options.Samples.Count > 0)
        {
            return options.Samples[^1] <= corpus.MostTraining ? options.Samples : throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture, $"--samples: {options.Samples[^1]} is more than the {corpus.MostTraining} texts there are to train with in {corpus.Folder}. Use at most {corpus.MostTraining}."));
        }

        int most = Math.Min(MostSamples, corpus.MostTraining);
        return options.Quick ? [Math.Max(most / 2, 2)] : [.. new[] { most / 8, most / 4, most / 2, most }.Where(count => count >= 2)];
    }

    private IReadOnlyList<TextTrial> Trials(ReproductionOptions options, TextCorpus corpus)
    {
        IReadOnlyList<int> samples = Samples(options, corpus);
        IReadOnlyList<int> irrelevant = options.Quick ? s_quickIrrelevant : s_irrelevant;
        (int Samples, int Irrelevant)[] settings = [.. irrelevant.Select(count => (samples[^1], count)), .. samples.SkipLast(1).Reverse().Select(count => (count, 0))];
        return
        [
            .. from seed in Enumerable.Range(1, options.Seeds ?? (options.Quick ? 1 : 5))
               from setting in settings
               from network in Chosen(options)
               select Trial(network, setting.Samples, setting.Irrelevant, seed, corpus, options),
        ];
    }

    private static TextTrial Trial(string network, int samples, int irrelevant, int seed, TextCorpus corpus, ReproductionOptions options)
    {
        PatchMoESpec spec = Spec(network, corpus, options);
        TrainingSpec training = spec.Training!;
        spec = spec with { Training = training with { Seed = seed, Batch = Math.Min(training.Batch, samples) }, Data = corpus.Data with { Train = samples, Irrelevant = irrelevant } };
        string cell = string.Create(CultureInfo.InvariantCulture, $"{network}, {samples} texts, {irrelevant} irrelevant sentences, seed {seed}");
        return new TextTrial(network, samples, irrelevant, seed, network == TextNetworks.Averaged
            ? new AveragedTextCell(cell, spec, corpus.Folder)
            : new TrainingCell(cell, spec, corpus.Folder, dataFolder: null));
    }

    private static PatchMoESpec Spec(string network, TextCorpus corpus, ReproductionOptions options)
    {
        PatchMoESpec spec = TextNetworks.Of(network, corpus);
        return spec with { Training = spec.Training! with { Epochs = Epochs(options) } };
    }

    private static ReportTable Rows(IReadOnlyList<TextTrial> trials, Func<ICell, CellRecord?> find)
    {
        var table = new ReportTable(
            new ReportColumn("network"), new ReportColumn("samples"), new ReportColumn("irrelevant"), new ReportColumn("seed"), new ReportColumn("testAccuracy", "0.000"), new ReportColumn("testLoss", "0.000"));
        foreach (TextTrial trial in trials)
        {
            if (find(trial.Cell)?.Result is { } result)
            {
                table.Add(trial.Network, trial.Samples, trial.Irrelevant, trial.Seed, (double?)result[GridTable.TestAccuracy], (double?)result["testLoss"]);
            }
        }

        return table;
    }
}
