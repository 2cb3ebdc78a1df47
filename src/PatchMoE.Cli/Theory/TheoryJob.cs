using PatchMoE.Cli.Outputs;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Theory;

/// <summary>What is measured, and on what.</summary>
/// <param name="Spec">A spec with training and data sections, whose layer 0 chooses patches.</param>
/// <param name="Data">The data of its seed.</param>
/// <param name="Draw">Draws the data of another seed.</param>
/// <param name="Weights">The weights to measure; null to train networks.</param>
/// <param name="Seeds">The number of networks, with the spec's seed and those after it.</param>
/// <param name="Patches">The values of l to measure, ascending.</param>
/// <param name="Threads">The number of threads for everything together.</param>
/// <param name="Context">Streams, and Ctrl-C.</param>
internal sealed record TheoryJob(
    PatchMoESpec Spec, LoadedData Data, Func<ulong, LoadedData> Draw, float[]? Weights, int Seeds, IReadOnlyList<int> Patches, int Threads, CommandContext Context)
{
    /// <summary>n of layer 0.</summary>
    public int AllPatches => Spec.Model.LayerShapes()[0].Patches;

    /// <summary>The spec's l.</summary>
    public int OwnPatches => Spec.Model.Layers[0].PatchesPerExpert;

    /// <summary>The seeds.</summary>
    public ulong[] SeedValues => [.. Enumerable.Range(0, Seeds).Select(i => (ulong)Spec.Training!.Seed + (ulong)i)];

    /// <summary><c>5 networks, seeds 1 to 5</c>, or <c>the given weights</c>.</summary>
    public string Networks => Weights is not null
        ? "the given weights"
        : Seeds == 1 ? $"1 network, seed {SeedValues[0]}" : $"{Seeds} networks, seeds {SeedValues[0]} to {SeedValues[^1]}";
}
