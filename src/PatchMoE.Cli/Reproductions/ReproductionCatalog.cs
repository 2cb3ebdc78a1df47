namespace PatchMoE.Cli.Reproductions;

/// <summary>The experiments that <c>pmoe reproduce</c> knows.</summary>
internal static class ReproductionCatalog
{
    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<IReproduction> All { get; } =
    [
        new MnistReproduction(),
        new PhaseReproduction("phase-l", "Phase transition: samples × patches per expert, separate training", "success over N × l, separate training", [PhasePlans.SeparatePatches]),
        new PhaseReproduction("phase-joint", "Phase transition: samples × patches and × experts, joint training", "success over N × l and N × k, joint training", [PhasePlans.JointPatches, PhasePlans.JointExperts]),
        new PhaseReproduction("phase-m", "Phase transition: samples × neurons", "success over N × m, separate and joint training", [PhasePlans.SeparateNeurons, PhasePlans.JointNeurons]),
        new SpuriousReproduction(),
        new NoiseReproduction(),
        new CostReproduction(),
        new PruneReproduction(),
        new CifarReproduction(),
        new MilReproduction(),
        TextReproduction.Segments,
        TextReproduction.Levels,
    ];

    /// <summary>The one of a name.</summary>
    public static IReproduction Find(string name) => All.Single(reproduction => reproduction.Name == name);
}
