using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Reproductions;

/// <summary>One training of a grid.</summary>
/// <param name="Network">The spec's name among those that come with the command.</param>
/// <param name="Samples">The number of training samples.</param>
/// <param name="Seed">The seed of data, initial weights and shuffling.</param>
/// <param name="Spec">The spec that is trained.</param>
/// <param name="Cell">The training.</param>
internal sealed record GridTrial(string Network, int Samples, int Seed, PatchMoESpec Spec, ICell Cell)
{
    /// <summary>A training that is tested as its spec says.</summary>
    public static GridTrial Of(string network, int samples, int seed, TrainingCell cell) => new(network, samples, seed, cell.Spec, cell);

    /// <summary>Every network on every number of samples with every seed: seed after seed, so that cells that share data are adjacent, and the longest first.</summary>
    /// <param name="seeds">The number of repeats, with the seeds 1, 2, ….</param>
    /// <param name="samples">The numbers of training samples, ascending.</param>
    /// <param name="networks">The networks.</param>
    /// <param name="cell">The training of a network, a number of samples and a seed.</param>
    public static IReadOnlyList<GridTrial> Grid(int seeds, IReadOnlyList<int> samples, IReadOnlyList<string> networks, Func<string, int, int, TrainingCell> cell)
    {
        (string Network, int Samples, int Seed, TrainingCell Cell)[] trials =
        [
            .. from seed in Enumerable.Range(1, seeds)
               from count in samples.Reverse()
               from network in networks
               select (network, count, seed, cell(network, count, seed)),
        ];
        TrainingCell.ShareData([.. trials.Select(trial => trial.Cell)]);
        return [.. trials.Select(trial => Of(trial.Network, trial.Samples, trial.Seed, trial.Cell))];
    }
}
