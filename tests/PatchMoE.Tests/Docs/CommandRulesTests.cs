namespace PatchMoE.Tests.Docs;

/// <summary>Of each documented command it is known how it is tested.</summary>
public sealed class CommandRulesTests
{
    private static IEnumerable<TestCaseData> Documents => ShellLines.All.Select(line => line.File).Distinct().Select(file => new TestCaseData(file).SetArgDisplayNames(file));

    [TestCaseSource(nameof(Documents))]
    public void EveryCommand_FallsUnderOneRule_AndKeepsIt(string file)
    {
        Assert.Multiple(() =>
        {
            foreach (ShellLine line in ShellLines.All.Where(line => line.File == file))
            {
                CommandRule[] rules = [.. CommandRules.All.Where(rule => rule.Takes(line))];
                Assert.That(rules, Has.Length.EqualTo(1), $"{line} ({string.Join(", ", rules.Select(rule => rule.GetType().Name))})");
                Assert.That(rules.FirstOrDefault()?.Check(line), Is.Null, line.ToString());
            }
        });
    }

    /// <summary>Every rule is about something, so that none outlives its commands.</summary>
    [Test]
    public void EveryRule_TakesACommand() => Assert.Multiple(() =>
    {
        for (int i = 0; i < CommandRules.All.Count; i++)
        {
            Assert.That(ShellLines.All.Any(CommandRules.All[i].Takes), $"rule {i}, {CommandRules.All[i].GetType().Name}");
        }

        TestContext.Out.WriteLine(string.Join(", ", ShellLines.All.CountBy(line => CommandRules.All.First(rule => rule.Takes(line)).GetType().Name).Select(count => $"{count.Key} {count.Value}")));
    });

    [Test]
    public void ACommandThatNoRuleKnows_IsFound()
    {
        var line = new ShellLine("README.md", 1, "make all", IsMention: false);
        Assert.That(CommandRules.All.Where(rule => rule.Takes(line)), Is.Empty);
    }

    [TestCase("benchmarks/compare/run.sh --faster", "knows no --faster")]
    [TestCase("benchmarks/compare/walk.sh", "There is no")]
    [TestCase("dotnet run --project benchmarks/none -c Release", "There is no benchmarks/none")]
    [TestCase("dotnet test tests/PatchMoE.Tests -c Release --filter Name~NoSuchTest", "No test is called 'NoSuchTest'")]
    [TestCase("pmoe train specs/mnist-joint.json --backend ilgpu --devise cpu", "--device")]
    public void ACommandThatIsWrong_IsFound(string text, string message)
    {
        var line = new ShellLine("docs/performance.md", 1, text, IsMention: false);
        Assert.That(CommandRules.All.Single(rule => rule.Takes(line)).Check(line), Does.Contain(message));
    }
}
