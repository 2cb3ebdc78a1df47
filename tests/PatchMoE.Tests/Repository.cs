namespace PatchMoE.Tests;

/// <summary>The paths of the repository's files.</summary>
internal static class Repository
{
    /// <summary>The folder of PatchMoE.Gen.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of the golden cases.</summary>
    public static string Golden => Path.Combine(Root, "tests", "PatchMoE.Tests", "Golden");

    private static string FindRoot()
    {
        string? folder = TestContext.CurrentContext.TestDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "PatchMoE.Gen.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("PatchMoE.Gen.sln is in no folder above the tests.");
    }
}
