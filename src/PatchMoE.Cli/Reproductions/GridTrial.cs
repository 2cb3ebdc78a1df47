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
}
