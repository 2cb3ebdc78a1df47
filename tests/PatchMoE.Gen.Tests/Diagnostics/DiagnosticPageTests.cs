using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace PatchMoE.Gen.Tests;

/// <summary>The examples on the pages of the class rules compile as the pages say. PMOE070 needs another project; see <see cref="ClassRuleTests"/>.</summary>
[TestFixture]
public sealed partial class DiagnosticPageTests
{
    private static IEnumerable<string> Ids =>
        DiagnosticRules.All.Select(rule => rule.Id).Where(id => string.CompareOrdinal(id, "PMOE060") >= 0 && string.CompareOrdinal(id, "PMOE080") < 0 && id != DiagnosticRules.RuntimeNotReferenced.Id);

    [TestCaseSource(nameof(Ids))]
    public void WrongExample_ReportsTheMessageOfThePage(string id)
    {
        string page = Page(id);
        IEnumerable<string> messages = Run(page, "wrong").Diagnostics.Select(diagnostic =>
            $"{diagnostic.Severity.ToString().ToLowerInvariant()} {diagnostic.Id}: {diagnostic.GetMessage(CultureInfo.InvariantCulture)}");
        Assert.That(messages, Is.EqualTo(new[] { MessageBlock().Match(page).Groups["text"].Value }));
    }

    [TestCaseSource(nameof(Ids))]
    public void RightExample_Compiles(string id)
    {
        GeneratorRun run = Run(Page(id), "right");
        Assert.Multiple(() =>
        {
            Assert.That(run.Diagnostics, Is.Empty);
            Assert.That(run.Sources, Is.Not.Empty);
            Assert.That(run.CompilerDiagnostics.Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error), Is.Empty);
        });
    }

    private static GeneratorRun Run(string page, string mark)
    {
        string example = ExampleBlock().Matches(page).Single(match => match.Groups["mark"].Value == mark).Groups["text"].Value;
        UserProject project = UserProject.Of($"using PatchMoE;\n\n{example}", example.Contains("no AdditionalFiles", StringComparison.Ordinal) ? [] : [.. Files()]);
        return (LanguageComment().Match(example) is { Success: true } version
            ? project with { Language = Enum.Parse<LanguageVersion>($"CSharp{version.Groups["number"].Value}") }
            : project).Run();
    }

    /// <summary>The additional files of the examples' projects.</summary>
    private static IEnumerable<UserFile> Files()
    {
        string folder = Path.Combine(Repository.Root, "specs");
        foreach (string path in Directory.GetFiles(folder, "mnist-*.json").Concat(Directory.GetFiles(folder, "cifar-*.json")))
        {
            yield return UserProject.Spec($"specs/{Path.GetFileName(path)}");
        }

        string text = File.ReadAllText(Path.Combine(folder, "wide.json"));
        yield return new UserFile("old/net.json", text);
        yield return new UserFile("new/net.json", text);
    }

    private static string Page(string id) => File.ReadAllText(Path.Combine(Repository.Root, "docs", "diagnostics", id + ".md"));

    [GeneratedRegex(@"```csharp (?<mark>wrong|right)\n(?<text>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex ExampleBlock();

    [GeneratedRegex("// LangVersion (?<number>[0-9]+)")]
    private static partial Regex LanguageComment();

    [GeneratedRegex(@"```text\n(?<text>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex MessageBlock();
}
