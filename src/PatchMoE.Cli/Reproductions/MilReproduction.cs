using System.Globalization;
using PatchMoE.Cli.Bags;
using PatchMoE.Cli.Experiments;
using PatchMoE.TorchSharp;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// Multiple-instance learning: is there a 9 in a bag of digits? Patch routing beside the attention, gated attention, max and mean pooling of Ilse, Tomczak and Welling
/// (Attention-based Deep Multiple Instance Learning, ICML 2018), with equal numbers of weights, on the same bags in the same order for the same number of epochs.
/// </summary>
internal sealed class MilReproduction : IReproduction
{
    private const string PatchRoutingName = "pMoE";

    private static readonly string[] s_networks = ["mil-10", "mil-50", "mil-100"];
    private static readonly int[] s_bags = [50, 100, 200, 300, 500];
    private static readonly BagPooling[] s_poolings = [BagPooling.Attention, BagPooling.GatedAttention, BagPooling.Max, BagPooling.Mean];

    public string Name => "mil";

    public string Title => "Multiple-instance learning: bags of MNIST digits";

    public string Summary => "AUC against training bags: a pMoE beside attention, gated attention, max and mean pooling (these by torch)";

    public bool TakesSamples => true;

    public IReadOnlyList<string> Networks => s_networks;

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => [.. Trials(options).Select(trial => trial.Cell)];

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        IReadOnlyList<MilTrial> trials = Trials(options);
        var table = new MilTable(trials, find);
        string lead = Lead(trials, trials.Count(trial => find(trial.Cell) is not null));
        object results = table.Entries.Select(entry => new
        {
            entry.Network,
            entry.Method,
            entry.Bags,
            Auc = entry.Aucs,
            TestAccuracies = entry.Accuracies,
            PickedIsPositive = entry.Picked,
            entry.SecondsPerEpoch,
            entry.Weights,
        });
        return new ReproductionReport(
            MilReport.ToHtml(Title, lead, table, ReproductionOrigin.Of(Name, options)), MilReport.ToMarkdown(Title, lead, table), table.Rows().ToCsv(), results);
    }

    private static IReadOnlyList<MilTrial> Trials(ReproductionOptions options)
    {
        IReadOnlyList<string> networks = options.Networks.Count > 0 ? options.Networks : options.Quick ? s_networks[..1] : s_networks;
        IReadOnlyList<int> bags = options.Samples.Count > 0 ? options.Samples : options.Quick ? [50, 200] : s_bags;
        if (bags.FirstOrDefault(count => count % 2 == 1) is > 0 and int odd)
        {
            throw new BadInputException($"--samples: {odd} bags cannot be split evenly between the two classes. Use an even number.");
        }

        BagPooling?[] poolings = [null, .. TorchRuntime.Failure is null ? s_poolings.Select(pooling => (BagPooling?)pooling) : []];
        return
        [
            .. from network in networks.Reverse()
               from seed in Enumerable.Range(1, options.Seeds ?? (options.Quick ? 2 : 5))
               from count in bags.Reverse()
               from pooling in poolings
               select Trial(network, count, seed, pooling, bags[^1], options),
        ];
    }

    private static MilTrial Trial(string network, int count, int seed, BagPooling? pooling, int drawn, ReproductionOptions options)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network);
        var bags = (BagsDataSpec)spec.Data!;
        spec = spec with
        {
            Training = spec.Training! with
            {
                Seed = seed,
                Epochs = options.Epochs ?? spec.Training.Epochs,
                Batch = Math.Min(spec.Training.Batch, count),
                Optimizer = pooling is null ? spec.Training.Optimizer : OptimizerSpec.Default with { LearningRate = LearningRate(pooling.Value) },
            },
            Data = bags with { Train = count },
        };
        string method = pooling switch
        {
            null => PatchRoutingName,
            BagPooling.GatedAttention => "gated attention",
            { } other => other.ToString().ToLowerInvariant(),
        };
        string title = string.Create(CultureInfo.InvariantCulture, $"{network}, {method}, {count} bags, seed {seed}");
        return new MilTrial(network, method, count, seed, new MilCell(title, spec, pooling, DataFolder.Require(bags.Source, options.DataFolder), drawn));
    }

    /// <summary>Of .001, .003 and .01 the one with the largest AUC on bags of training digits that were not trained on, as for the pMoE.</summary>
    private static double LearningRate(BagPooling pooling) => pooling is BagPooling.Attention or BagPooling.GatedAttention ? 0.003 : 0.01;

    private static string Lead(IReadOnlyList<MilTrial> trials, int finished)
    {
        PatchMoESpec spec = trials[0].Cell.Spec;
        var bags = (BagsDataSpec)spec.Data!;
        string missing = TorchRuntime.Failure is { } failure
            ? $" Only the pMoE is trained: the other networks need libtorch, and {failure} (docs/torch.md)."
            : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{finished} of {trials.Count} trainings: bags of {bags.Source} digits, positive if they hold a {bags.Positive}; {bags.Test} test bags; {spec.Training!.Epochs} epochs of Adam, batch {spec.Training.Batch}, one thread each.{missing}");
    }
}
