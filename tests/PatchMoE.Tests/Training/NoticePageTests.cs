using System.Text.RegularExpressions;
using PatchMoE.Compiler;

namespace PatchMoE.Tests;

/// <summary>The examples on the pages of the notices, trained: the wrong one gives the notice, and the remedy in the right one takes it away.</summary>
[TestFixture]
public sealed partial class NoticePageTests
{
    private static IEnumerable<string> Ids => DiagnosticRules.All.Select(rule => rule.Id).Where(id => string.CompareOrdinal(id, "PMOE090") >= 0 && string.CompareOrdinal(id, "PMOE100") < 0);

    [TestCaseSource(nameof(Ids))]
    public void WrongExample_GivesTheMessageOfThePage(string id)
    {
        string page = Page(id);
        Assert.That(Notices(page, "wrong"), Is.EqualTo(new[] { MessageBlock().Match(page).Groups["text"].Value }));
    }

    [TestCaseSource(nameof(Ids))]
    public void RightExample_GivesNone(string id) => Assert.That(Notices(Page(id), "right"), Is.Empty);

    private static IEnumerable<string> Notices(string page, string mark)
    {
        string text = ExampleBlock().Matches(page).Single(match => match.Groups["mark"].Value == mark).Groups["text"].Value;
        SpecResult read = SpecReader.Read(text, "example.json");
        Assert.That(read.Diagnostics, Is.Empty);
        PatchMoESpec spec = read.Spec!;
        ulong seed = (ulong)spec.Training!.Seed;
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());
        WeightInitializer.Initialize(spec, seed, model.Parameters);
        (Dataset train, Dataset test) = DataLoader.Load(spec, null, seed, ".");
        using var engine = new CpuEngine(model, threads: 1);
        TrainingResult result = new Trainer(model, engine, spec.Training, train, test, new TrainerOptions { Seed = seed, TestEvery = 0 }).Run();
        return result.Notices.Select(notice => $"warning {notice.Rule.Id}: {notice.Message}");
    }

    private static string Page(string id) => File.ReadAllText(Path.Combine(Repository.Root, "docs", "diagnostics", id + ".md"));

    [GeneratedRegex(@"```json (?<mark>wrong|right)\n(?<text>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex ExampleBlock();

    [GeneratedRegex(@"```text\n(?<text>.*?)\n```", RegexOptions.Singleline)]
    private static partial Regex MessageBlock();
}
