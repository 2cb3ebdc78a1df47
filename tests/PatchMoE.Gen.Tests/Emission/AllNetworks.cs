namespace PatchMoE.Gen.Tests;

/// <summary>The golden networks, the repository's and the random ones in one user's project, which several tests look at: a run of the generator and the compiler over all of them takes seconds.</summary>
internal static class AllNetworks
{
    /// <summary>Those of files, golden ones first; the class of the i-th is User.Net{i}.</summary>
    public static IReadOnlyList<PatchMoESpec> OfFiles { get; } = [.. TestSpecs.GoldenFiles.Concat(TestSpecs.RepositoryFiles).Select(TestSpecs.Read)];

    /// <summary>All.</summary>
    public static IReadOnlyList<PatchMoESpec> Specs { get; } = [.. OfFiles, .. Enumerable.Range(0, RandomSpecTests.Count).Select(RandomSpec.Of)];

    private static readonly Lazy<GeneratorRun> s_run = new(DrawnNetworks.Project(Specs).Run);

    /// <summary>The run, in C# 13.</summary>
    public static GeneratorRun Run => s_run.Value;
}
