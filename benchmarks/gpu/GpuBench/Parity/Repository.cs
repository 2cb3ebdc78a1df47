namespace PatchMoE.Tests;

/// <summary>Where <see cref="GoldenCase"/> finds its files: here, in a folder that the command line names.</summary>
internal static class Repository
{
    /// <summary>The folder of the golden cases.</summary>
    public static string Golden { get; set; } = "golden";
}
