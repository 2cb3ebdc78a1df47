using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>Phase transitions (Chowdhury et al., ICML 2023): where training succeeds, over the number of samples and one setting of the network.</summary>
/// <param name="name">The experiment's name.</param>
/// <param name="title">Its title.</param>
/// <param name="summary">What it shows.</param>
/// <param name="plans">Its maps.</param>
internal sealed class PhaseReproduction(string name, string title, string summary, IReadOnlyList<PhasePlan> plans) : IReproduction
{
    private const int Seeds = 20;
    private const int QuickSeeds = 5;

    // Steps of a factor of √2, even.
    private static readonly int[] s_samples = [10, 14, 20, 28, 40, 56, 80, 112, 160, 226, 320, 452, 640];
    private static readonly int[] s_quickSamples = [10, 20, 40, 80, 160, 320, 640];

    public string Name => name;

    public string Title => title;

    public string Summary => summary;

    public bool TakesSamples => true;

    public IReadOnlyList<string> Networks => [];

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => options.DataFolder is null
        ? [.. plans.SelectMany(plan => Trials(plan, options)).Select(trial => trial.Cell).DistinctBy(cell => cell.Hash)]
        : throw new BadInputException($"--data: the experiment '{Name}' draws its own samples from the paper's data model. Leave it out.");

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        PhaseResult[] results = [.. plans.Select(plan => new PhaseResult(plan, EmbeddedSpecs.Read(plan.Spec), new PhaseTable(Trials(plan, options), find)))];
        ICell[] cells = [.. Cells(options)];
        string lead = Lead(options, cells.Count(cell => find(cell) is not null), cells.Length);
        ReportTable rows = Rows(options, find);
        return new ReproductionReport(
            PhasePage.Of(Title, lead, results, rows, ReproductionOrigin.Of(Name, options)),
            $"# {Title}\n\n{lead}\n\n{string.Join('\n', results.Select(result => result.ToMarkdown()))}",
            rows.ToCsv(),
            results.Select(result => result.Numbers));
    }

    /// <summary>Seed after seed, so that cells that share data are adjacent.</summary>
    internal static IReadOnlyList<PhaseTrial> Trials(PhasePlan plan, ReproductionOptions options)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(plan.Spec);
        PhaseTrial[] trials =
        [
            .. from seed in Enumerable.Range(1, options.Seeds ?? (options.Quick ? QuickSeeds : Seeds))
               from samples in Samples(options).Reverse()
               from setting in plan.Columns(options)
               select new PhaseTrial(setting, samples, seed, Cell(plan, spec, setting, samples, seed, options.Epochs)),
        ];
        TrainingCell.ShareData([.. trials.Select(trial => trial.Cell)]);
        return trials;
    }

    private static IReadOnlyList<int> Samples(ReproductionOptions options) => options.Samples.Count > 0 ? options.Samples : options.Quick ? s_quickSamples : s_samples;

    /// <summary>The spec's epochs are for its own number of samples: with fewer samples there are more, so that every cell makes the same number of steps.</summary>
    private static TrainingCell Cell(PhasePlan plan, PatchMoESpec spec, int setting, int samples, int seed, int? epochs)
    {
        var data = (SyntheticDataSpec)spec.Data!;
        TrainingSpec training = spec.Training!;
        int Scaled(int own) => (int)Math.Max(1, Math.Round((double)(epochs ?? own) * data.Train / samples, MidpointRounding.AwayFromZero));
        spec = plan.Apply(spec, setting) with
        {
            Training = training with { Seed = seed, Epochs = Scaled(training.Epochs), RouterEpochs = training.Method == TrainingMethod.Separate ? Scaled(training.RouterEpochs) : training.RouterEpochs },
            Data = data with { Train = samples },
        };
        string title = string.Create(CultureInfo.InvariantCulture, $"{plan.Spec}, {plan.Symbol} = {setting}, {samples} samples, seed {seed}");
        return new TrainingCell(title, spec, specFolder: ".", dataFolder: null);
    }

    private static string Lead(ReproductionOptions options, int finished, int count) => string.Create(
        CultureInfo.InvariantCulture,
        $"{finished} of {count} trainings. A trial succeeds with a test accuracy of at least {PhaseTable.Success}; {options.Seeds ?? (options.Quick ? QuickSeeds : Seeds)} trials in each cell, with their own data and initial weights; every cell makes the same number of steps, however many samples it has.");

    private ReportTable Rows(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        var table = new ReportTable(
            new ReportColumn("map"), new ReportColumn("setting"), new ReportColumn("value"), new ReportColumn("samples"), new ReportColumn("seed"),
            new ReportColumn("testAccuracy", "0.000"), new ReportColumn("testLoss", "0.000"), new ReportColumn("trainLoss", "0.000"), new ReportColumn("routerHitRate", "0.000"));
        foreach (PhasePlan plan in plans)
        {
            foreach (PhaseTrial trial in Trials(plan, options))
            {
                if (find(trial.Cell)?.Result is { } result)
                {
                    table.Add(
                        plan.Name, plan.Symbol, trial.Setting, trial.Samples, trial.Seed,
                        (double?)result["testAccuracy"], (double?)result["testLoss"], (double?)result["trainLoss"], (double?)result["routerHitRate"]);
                }
            }
        }

        return table;
    }
}
