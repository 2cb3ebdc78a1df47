using System.Text;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Pruning;

namespace PatchMoE.Cli.Reproductions;

/// <summary>One network with one seed.</summary>
/// <param name="Network">The spec's name.</param>
/// <param name="Seed">The seed of data, initial weights, shuffling and drawn orders.</param>
/// <param name="Spec">The spec.</param>
/// <param name="Plan">What is removed.</param>
/// <param name="Cell">The training and the removals.</param>
internal sealed record PruneTrial(string Network, int Seed, PatchMoESpec Spec, PrunePlan Plan, PruneCell Cell);

/// <summary>The results of one network over the seeds.</summary>
internal sealed class PruneTable
{
    /// <summary>The loss of accuracy that counts as none in <see cref="Removable"/>: a percentage point.</summary>
    public const double Tolerance = 0.01;

    /// <summary>Collects the finished trials of a network.</summary>
    /// <param name="trials">At least one; all of the same network and plan.</param>
    /// <param name="find">The result of a cell; null if it is not finished.</param>
    public PruneTable(IReadOnlyList<PruneTrial> trials, Func<ICell, CellRecord?> find)
    {
        (Network, Spec, Plan, Planned) = (trials[0].Network, trials[0].Spec, trials[0].Plan, trials.Count);
        Results = [.. trials.Where(trial => find(trial.Cell) is not null).Select(trial => (trial.Seed, PruneResult.Of(find(trial.Cell)!.Result)))];
    }

    public string Network { get; }

    public PatchMoESpec Spec { get; }

    public PrunePlan Plan { get; }

    /// <summary>The number of seeds, finished or not.</summary>
    public int Planned { get; }

    /// <summary>The finished seeds.</summary>
    public IReadOnlyList<(int Seed, PruneResult Result)> Results { get; }

    /// <summary>k, the experts of the whole network.</summary>
    public int Experts => Spec.Model.Layers[^1].Experts;

    /// <summary>The whole network's accuracy.</summary>
    /// <param name="tuned">Whether after more training.</param>
    public Spread? Whole(bool tuned) => OverSeeds([.. Results.Select(one => tuned ? one.Result.TunedAccuracy : one.Result.Accuracy)]);

    /// <summary>The accuracy with some experts left; of several drawn orders each seed counts with their mean.</summary>
    public Spread? Accuracy(RemovalOrder order, int kept, bool tuned) => OverSeeds(
    [
        .. Results.Select(one => one.Result.Removals
            .Where(removal => removal.Order == order && removal.Kept.Count == kept)
            .Average(removal => tuned ? removal.TunedAccuracy : removal.Accuracy)),
    ]);

    /// <summary>
    /// How many experts can be removed one after another while the mean accuracy stays within <see cref="Tolerance"/> of the whole network's; null if nothing is finished.
    /// </summary>
    public int? Removable(RemovalOrder order, bool tuned)
    {
        if (Whole(tuned: false) is not { } whole)
        {
            return null;
        }

        int kept = Plan.Kept.TakeWhile(count => Accuracy(order, count, tuned)!.Value.Mean >= whole.Mean - Tolerance).DefaultIfEmpty(Experts).Last();
        return Experts - kept;
    }

    /// <summary>The number of seeds for which the change of the routers' lengths ranks the experts as the routers' moves do.</summary>
    public int EqualRanks() => Results.Count(one => ExpertPruning.Ascending(one.Result.RouterMoves).SequenceEqual(ExpertPruning.Ascending(one.Result.NormChanges)));

    /// <summary>The share that a smaller network saves.</summary>
    /// <param name="kept">The experts that are left.</param>
    /// <param name="measure">What is saved.</param>
    public double Saved(int kept, Func<ModelSpec, long> measure) =>
        1 - ((double)measure(ExpertPruning.WithExperts(Spec.Model, kept)) / measure(Spec.Model));

    /// <summary>FLOPs of one sample's forward pass.</summary>
    public static long Flops(ModelSpec model) => NetworkCost.Of(model).ForwardFlops;

    /// <summary>All weights.</summary>
    public static long Weights(ModelSpec model) => model.WeightCount();

    private static Spread? OverSeeds(IReadOnlyList<double> values) => values.Count == 0 ? null : Spread.Of(values);

    public static string NameOf(RemovalOrder order) => order switch
    {
        RemovalOrder.LeastMoved => "least moved first",
        RemovalOrder.Random => "random order",
        _ => "most moved first",
    };

    public string ToMarkdown()
    {
        RemovalOrder[] orders = Enum.GetValues<RemovalOrder>();
        var text = new StringBuilder();
        text.Append("| experts left | FLOPs saved | weights saved |").AppendJoin("", orders.Select(order => $" {NameOf(order)} |"))
            .AppendJoin("", orders.Select(order => $" {NameOf(order)}, tuned |")).Append("\n|---|---|---|").AppendJoin("", orders.Select(_ => "---|---|")).Append('\n');
        text.Append(FormattableString.Invariant($"| {Experts} | – | – |"))
            .AppendJoin("", orders.Select(_ => $" {Whole(false)?.ToString() ?? "–"} |")).AppendJoin("", orders.Select(_ => $" {Whole(true)?.ToString() ?? "–"} |")).Append('\n');
        foreach (int kept in Plan.Kept)
        {
            text.Append(FormattableString.Invariant($"| {kept} | {100 * Saved(kept, Flops):0} % | {100 * Saved(kept, Weights):0} % |"));
            foreach (bool tuned in (bool[])[false, true])
            {
                text.AppendJoin("", orders.Select(order => $" {Accuracy(order, kept, tuned)?.ToString() ?? "–"} |"));
            }

            text.Append('\n');
        }

        return text.ToString();
    }
}
