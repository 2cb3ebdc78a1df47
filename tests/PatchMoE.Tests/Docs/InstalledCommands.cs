namespace PatchMoE.Tests.Docs;

/// <summary>The documented commands of somebody who has the packages: PatchMoE.Packages.Tests run them on a machine that has nothing else.</summary>
internal static class InstalledCommands
{
    /// <summary>Documents all of whose commands are.</summary>
    private static readonly string[] s_documents = ["docs/tutorial.md", "templates/README.md", "templates/content/pmoe-console/README.md", "templates/content/pmoe-service/README.md"];

    /// <summary>Commands that are in any document, by how they begin.</summary>
    private static readonly string[] s_beginnings = ["dotnet nuget add source", "dotnet new install", "dotnet new pmoe-console -o", "cd ../digits &&", "dotnet add YOUR.csproj package", "dotnet tool install"];

    /// <summary>Whether a command is one of them. The packages themselves are made before.</summary>
    public static bool Has(ShellLine line) =>
        !line.Text.StartsWith("dotnet pack ", StringComparison.Ordinal)
        && (s_documents.Contains(line.File) || Array.Exists(s_beginnings, beginning => line.Text.StartsWith(beginning, StringComparison.Ordinal)))
        && !(line.IsMention && line.Program != "pmoe");

    /// <summary>Those of a document, in the order of its lines.</summary>
    public static IReadOnlyList<ShellLine> Of(string file) => [.. ShellLines.All.Where(line => line.File == file && Has(line) && !IsPart(line))];

    /// <summary>Whether it is only a part of a command, mentioned in a sentence.</summary>
    private static bool IsPart(ShellLine line) => line.IsMention && line.Text.Split(' ').Length < 3;
}
