using System.Text.RegularExpressions;

namespace PatchMoE.Tests;

[TestFixture]
public sealed partial class DiagnosticDocsTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "docs", "diagnostics");

    private static IEnumerable<TestCaseData> AllRules => DiagnosticRules.All.Select(rule => new TestCaseData(rule).SetArgDisplayNames(rule.Id));

    /// <summary>The rules of classes are the generator's, with examples in C#; those from 90 to 99 are about a training, see <see cref="NoticePageTests"/>.</summary>
    private static IEnumerable<TestCaseData> SpecRules =>
        DiagnosticRules.All.Where(rule => Number(rule) is < 60 or (>= 80 and < 90) or >= 100).Select(rule => new TestCaseData(rule).SetArgDisplayNames(rule.Id));

    [Test]
    public void Ids_AreUniqueSortedAndOfOneForm()
    {
        string[] ids = [.. DiagnosticRules.All.Select(rule => rule.Id)];
        Assert.Multiple(() =>
        {
            Assert.That(ids, Is.Unique);
            Assert.That(ids, Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal));
            Assert.That(ids, Has.All.Match("^PMOE[01][0-9][0-9]$"));
        });
    }

    [TestCaseSource(nameof(AllRules))]
    public void Texts_AreSentences(DiagnosticRule rule) => Assert.Multiple(() =>
    {
        Assert.That(rule.Title, Does.Match("^[A-Z].*[^.]$"));
        Assert.That(rule.Rule, Does.EndWith("."));
        Assert.That(rule.Fix, Does.EndWith("."));
    });

    [TestCaseSource(nameof(AllRules))]
    public void Page_HasTheTitleAndBothExamples(DiagnosticRule rule)
    {
        string page = Page(rule);
        Assert.Multiple(() =>
        {
            Assert.That(page, Does.StartWith($"# {rule.Id}: {rule.Title}\n"));
            Assert.That(Example(page, "wrong"), Is.Not.Empty.And.Not.EqualTo(Example(page, "right")));
            Assert.That(Message(page), Does.Contain($"{rule.Level.ToString().ToLowerInvariant()} {rule.Id}: "));
        });
    }

    /// <summary>A link is the project's address, if the build was given one, and the path of the page in this repository.</summary>
    [TestCaseSource(nameof(AllRules))]
    public void HelpLink_LeadsToThePage(DiagnosticRule rule)
    {
        const string project = "https://project.test/tree";
        Assert.Multiple(() =>
        {
            Assert.That(rule.HelpLinkAt(project), Does.StartWith(project + "/").And.EndsWith($"/{rule.Id}.md"));
            Assert.That(Path.Combine(Repository.Root, rule.HelpLinkAt(project)[(project.Length + 1)..]), Does.Exist);
            Assert.That(rule.HelpLinkAt(project + "/"), Is.EqualTo(rule.HelpLinkAt(project)));
            Assert.That(rule.HelpLinkAt(""), Is.Empty);
        });
    }

    [TestCaseSource(nameof(SpecRules))]
    public void WrongExample_ReportsTheMessageOfThePage(DiagnosticRule rule)
    {
        string page = Page(rule);
        SpecResult result = SpecReader.Read(Example(page, "wrong"), "example.json");
        Assert.That(result.Diagnostics.Select(diagnostic => diagnostic.ToString()), Is.EqualTo(new[] { Message(page) }));
    }

    [TestCaseSource(nameof(SpecRules))]
    public void RightExample_ReportsNothing(DiagnosticRule rule)
    {
        SpecResult result = SpecReader.Read(Example(Page(rule), "right"), "example.json");
        Assert.That(result.Diagnostics, Is.Empty);
    }

    [Test]
    public void Index_ListsExactlyTheRules()
    {
        string[] rows = [.. File.ReadLines(Path.Combine(Folder, "README.md")).Where(line => line.StartsWith("| [", StringComparison.Ordinal))];
        Assert.That(rows, Is.EqualTo(DiagnosticRules.All.Select(rule => $"| [{rule.Id}]({rule.Id}.md) | {rule.Level.ToString().ToLowerInvariant()} | {rule.Title} |")));
    }

    [Test]
    public void Pages_AreThoseOfTheRules() => Assert.That(
        Directory.GetFiles(Folder, "PMOE*.md").Select(Path.GetFileNameWithoutExtension), Is.EquivalentTo(DiagnosticRules.All.Select(rule => rule.Id)));

    private static int Number(DiagnosticRule rule) => int.Parse(rule.Id.AsSpan(4), System.Globalization.CultureInfo.InvariantCulture);

    private static string Page(DiagnosticRule rule) => File.ReadAllText(Path.Combine(Folder, rule.Id + ".md"));

    private static string Example(string page, string mark) =>
        ExampleBlock().Matches(page).Single(match => match.Groups["mark"].Value == mark).Groups["text"].Value;

    private static string Message(string page) => MessageBlock().Match(page).Groups["text"].Value;

    [GeneratedRegex(@"```(json|csharp) (?<mark>wrong|right)\n(?<text>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex ExampleBlock();

    [GeneratedRegex(@"```text\n(?<text>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex MessageBlock();
}
