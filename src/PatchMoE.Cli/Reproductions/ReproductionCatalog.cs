namespace PatchMoE.Cli.Reproductions;

/// <summary>The experiments that <c>pmoe reproduce</c> knows.</summary>
internal static class ReproductionCatalog
{
    /// <summary>All of them, in the order of the help.</summary>
    public static IReadOnlyList<IReproduction> All { get; } = [new MnistReproduction(), new CostReproduction(), new PruneReproduction(), new CifarReproduction()];

    /// <summary>The one of a name.</summary>
    public static IReproduction Find(string name) => All.Single(reproduction => reproduction.Name == name);
}
