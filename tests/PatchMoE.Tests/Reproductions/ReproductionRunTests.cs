using System.Text.Json;

namespace PatchMoE.Tests.Reproductions;

/// <summary>Every experiment from the command to the report, with few samples and epochs.</summary>
[Category("Long")]
public sealed class ReproductionRunTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>The name; the rows, and the cells, which are fewer where two maps share some; parts of the report.</summary>
    private static IEnumerable<TestCaseData> Experiments()
    {
        yield return new TestCaseData("phase-l", 28, 28, new[] { "Where training succeeds", "hit rate", "The spec PhaseSeparate", "by construction", "l⁸" });
        yield return new TestCaseData("phase-joint", 36, 32, new[] { "patches per expert l", "experts k", "The spec PhaseJoint", "k⁴l⁶" });
        yield return new TestCaseData("phase-m", 24, 24, new[] { "neurons m", "PhaseSeparate", "PhaseJoint" });
        yield return new TestCaseData("spurious", 16, 16, new[] { "With the tied digit", "Without it", "Accuracy lost", "take the tied digit" });
        yield return new TestCaseData("noise", 48, 48, new[] { "n = 36", "Router hit rate", "n⁸ for the CNN" });
    }

    [TestCaseSource(nameof(Experiments))]
    public void ARun_WritesItsReport_AndIsNotRunAgain(string name, int rows, int cells, string[] parts)
    {
        string[] options = ["--quick", "--seeds", "2", "--samples", "20", "40", "--epochs", "1"];
        Outcome first = Reproduce(name, options);
        Assert.That(first.ExitCode, Is.Zero, first.Error);
        Assert.That(first.ErrorLines[0], Does.Contain($"{cells} of {cells} cells to run"));
        string html = Read("report.html");
        foreach (string part in (string[])[.. parts, "<svg", $"pmoe reproduce {name} --quick --seeds 2 --epochs 1 --samples 20 40"])
        {
            Assert.That(html, Does.Contain(part));
        }

        string csv = Read("results.csv");
        Assert.That(csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(rows + 1));
        string markdown = Read("results.md");

        // A cell that is lost is run again, and gives the same numbers.
        File.Delete(Directory.GetFiles(_folder.File("run/cells")).Order(StringComparer.Ordinal).First());
        Outcome again = Reproduce(name, options);
        Assert.That(again.ErrorLines[0], Does.Contain($"1 of {cells} cells to run"));
        Assert.That((Read("report.html"), Read("results.csv"), Read("results.md")), Is.EqualTo((html, csv, markdown)));
        Assert.That(Results(again).GetRawText(), Is.EqualTo(Results(first).GetRawText()));
    }

    [Test]
    public void NothingFinished_IsAReportToo([Values("mnist", "phase-l", "phase-joint", "phase-m", "spurious", "noise", "cost", "prune")] string name)
    {
        Outcome outcome = Pmoe.Run(new CancellationToken(canceled: true), "reproduce", name, "--quick", "--out", _folder.File("run"));
        Assert.That(outcome.ExitCode, Is.EqualTo(130), outcome.Error);
        Assert.That(Read("report.html"), Does.Contain("0 of "));
    }

    [Test]
    public void DataForAnExperimentThatDrawsItsOwn_IsOneMessage()
    {
        Outcome outcome = Reproduce("phase-l", "--quick", "--data", _folder.File("digits"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("--data").And.Contain("phase-l").And.Contain("Leave it out"));
    }

    /// <summary>The experiment itself, in its quick form: the map and the routers find the threshold that the data are made with.</summary>
    [Test]
    public void PhaseL_Quick_FindsTheThreshold()
    {
        Outcome outcome = Reproduce("phase-l", "--quick");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        JsonElement map = Results(outcome).EnumerateArray().Single();
        Assert.That(map.GetProperty("builtThreshold").GetInt32(), Is.EqualTo(4));
        Assert.That(map.GetProperty("hitThreshold").GetInt32(), Is.EqualTo(4));
        Assert.That(map.GetProperty("mapThreshold").GetInt32(), Is.EqualTo(4));
        Assert.That(map.GetProperty("inversions").GetInt32(), Is.Zero);
        Assert.That(map.GetProperty("exponent").GetDouble(), Is.GreaterThan(0.3).And.LessThan(8));
    }

    private Outcome Reproduce(string name, params string[] options) => Pmoe.Run(["reproduce", name, "--out", _folder.File("run"), .. options]);

    private string Read(string file) => File.ReadAllText(_folder.File($"run/{file}"));

    private static JsonElement Results(Outcome outcome)
    {
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines[^1]);
        return json.RootElement.GetProperty("results").Clone();
    }
}
