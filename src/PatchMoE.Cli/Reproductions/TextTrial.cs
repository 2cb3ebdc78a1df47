using PatchMoE.Cli.Experiments;

namespace PatchMoE.Cli.Reproductions;

/// <summary>One training on texts.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Samples">The number of training texts.</param>
/// <param name="Irrelevant">k, the irrelevant sentences in each text.</param>
/// <param name="Seed">The seed of the split, the sentences, the initial weights and the shuffling.</param>
/// <param name="Cell">The training.</param>
internal sealed record TextTrial(string Network, int Samples, int Irrelevant, int Seed, ICell Cell);

/// <summary>The test accuracies of a network, one for each finished seed.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="Samples">The number of training texts.</param>
/// <param name="Irrelevant">k, the irrelevant sentences in each text.</param>
/// <param name="Values">The accuracies, in the order of the seeds.</param>
internal sealed record TextEntry(string Network, int Samples, int Irrelevant, IReadOnlyDictionary<int, double> Values)
{
    /// <summary>Mean and standard deviation.</summary>
    public Spread Spread { get; } = Spread.Of([.. Values.OrderBy(one => one.Key).Select(one => one.Value)]);

    /// <summary>What is lost against another entry, over the seeds that both have; null if there are none.</summary>
    public Spread? LostAgainst(TextEntry other)
    {
        double[] lost = [.. Values.Keys.Where(other.Values.ContainsKey).Order().Select(seed => other.Values[seed] - Values[seed])];
        return lost.Length > 0 ? Spread.Of(lost) : null;
    }
}
