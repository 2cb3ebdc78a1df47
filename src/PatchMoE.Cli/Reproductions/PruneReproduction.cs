using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Pruning;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// Experts ranked by how far training moved their routers, removed from the least moved on (after Chowdhury et al., "A Provably Effective Method for Pruning Experts in
/// Fine-tuned Sparse Mixture-of-Experts", ICML 2024), beside a random order and the opposite one.
/// </summary>
internal sealed class PruneReproduction : IReproduction
{
    /// <summary>A network to prune.</summary>
    /// <param name="Name">Its spec's name.</param>
    /// <param name="TuningEpochs">The epochs of training after experts were removed.</param>
    /// <param name="QuickEpochs">The epochs of the training itself with <c>--quick</c>.</param>
    private sealed record Pruned(string Name, int TuningEpochs, int QuickEpochs);

    private static readonly Pruned[] s_networks = [new("mnist-joint", 5, 40), new("digits-10", 2, 4)];

    public string Name => "prune";

    public string Title => "Pruning of experts";

    public string Summary => "accuracy as experts are removed, ranked by how far training moved their routers";

    public bool TakesSamples => false;

    public IReadOnlyList<string> Networks => [];

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => [.. Trials(options).OrderByDescending(trial => trial.Cell.Work).Select(trial => trial.Cell)];

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        IReadOnlyList<PruneTrial> trials = Trials(options);
        PruneTable[] tables = [.. s_networks.Select(network => new PruneTable([.. trials.Where(trial => trial.Network == network.Name)], find))];
        return new PruneReport(Title, ReproductionOrigin.Of(Name, options), tables).Build();
    }

    private static IReadOnlyList<PruneTrial> Trials(ReproductionOptions options) =>
    [
        .. from seed in Enumerable.Range(1, options.Seeds ?? (options.Quick ? 2 : 5))
           from network in s_networks
           select Trial(network, seed, options),
    ];

    private static PruneTrial Trial(Pruned network, int seed, ReproductionOptions options)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network.Name);
        TrainingSpec training = spec.Training!;
        int epochs = options.Epochs ?? (options.Quick ? network.QuickEpochs : training.Epochs);
        spec = spec with { Training = training with { Seed = seed, Epochs = epochs }, Data = options.Quick ? Fewer(spec.Data!) : spec.Data };
        string source = spec.Data is ImagesDataSpec images ? images.Source : ((MosaicDataSpec)spec.Data!).Source;
        string data = DataFolder.Require(source, options.DataFolder);
        int experts = spec.Model.Layers[0].Experts;
        int[] kept = options.Quick ? [experts * 3 / 4, experts / 2, experts / 4, 1] : [.. Enumerable.Range(1, experts - 1).Reverse()];
        var plan = new PrunePlan(kept, options.Quick ? 1 : 3, network.TuningEpochs);
        return new PruneTrial(network.Name, seed, spec, plan, new PruneCell(spec, plan, data));
    }

    /// <summary>For a quick experiment: the mosaics are few enough.</summary>
    private static DataSpec Fewer(DataSpec data) => data is ImagesDataSpec images ? images with { Train = 2000, Test = 1000 } : data;
}
