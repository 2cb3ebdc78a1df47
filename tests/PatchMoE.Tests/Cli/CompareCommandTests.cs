using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary><c>compare</c>.</summary>
public sealed class CompareCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Runs_StandSideBySide()
    {
        string joint = Run("joint", "mnist-joint", 100, 400, 200);
        string cnn = Run("cnn", "mnist-cnn", 50, 40, 60);
        Outcome outcome = Pmoe.Run("compare", joint, cnn, "--out", _folder.File("page.html"));
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines.Single());
        JsonElement[] runs = [.. json.RootElement.GetProperty("runs").EnumerateArray()];
        string page = File.ReadAllText(_folder.File("page.html"));
        Assert.Multiple(() =>
        {
            Assert.That(outcome.ExitCode, Is.Zero);
            Assert.That(runs.Select(run => run.GetProperty("name").GetString()), Is.EqualTo(new[] { "MnistJoint", "MnistCnn" }));
            Assert.That(runs[0].GetProperty("forwardFlops").GetInt64(), Is.EqualTo(577104));
            Assert.That(runs[0].GetProperty("secondsPerStep").GetDouble(), Is.EqualTo(20 / 200.0).Within(1e-12), "the median rate, batches of 20");
            Assert.That(runs[1].GetProperty("testAccuracy").GetDouble(), Is.EqualTo(0.75));
            Assert.That(runs[1].GetProperty("peakMemory").GetInt64(), Is.EqualTo(3_000_000));
            Assert.That(page, Does.Contain("MnistJoint").And.Contain("MnistCnn").And.Contain("100.0").And.Contain("<svg"));
            Assert.That(outcome.Error, Does.Contain("MnistCnn").And.Contain("0.7500"));
        });
    }

    [Test]
    public void RunsOfOneSpec_AreToldApart()
    {
        string[] paths = [Run("one", "mnist-cnn", 1), Run("two", "mnist-cnn", 2)];
        using JsonDocument json = JsonDocument.Parse(Pmoe.Run(["compare", .. paths]).OutputLines.Single());
        Assert.That(json.RootElement.GetProperty("runs").EnumerateArray().Select(run => run.GetProperty("name").GetString()), Is.EqualTo(paths.Select(path => $"MnistCnn ({path})")));
    }

    [Test]
    public void FolderWithoutARun_IsRefused()
    {
        Outcome outcome = Pmoe.Run("compare", _folder.Path);
        Assert.That((outcome.ExitCode, outcome.ErrorLines.Single()), Is.EqualTo(
            (1, $"error: {_folder.Path}: this is not a run: it must contain spec.json and metrics.jsonl. Give the folder of a run of 'pmoe train'.")));
    }

    [TestCase("", "there is no finished epoch")]
    [TestCase("{ \"epoch\": ", "is not a line of metrics")]
    public void DamagedMetrics_AreRefused(string text, string message)
    {
        string path = Run("one", "mnist-cnn", 1);
        File.WriteAllText(Path.Combine(path, "metrics.jsonl"), text);
        Outcome outcome = Pmoe.Run("compare", path);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines.Single(), Does.Contain("metrics.jsonl").And.Contain(message));
    }

    private string Run(string name, string spec, params double[] rates)
    {
        string path = Directory.CreateDirectory(_folder.File(name)).FullName;
        File.Copy(Path.Combine(Repository.Root, "specs", spec + ".json"), Path.Combine(path, "spec.json"));
        IEnumerable<string> epochs = rates.Select((rate, i) =>
            new EpochMetrics(TrainingPhase.All, i + 1, 0.1, 1.0 / (i + 1), 0.5, 0.75, null, rate) { PeakMemory = 1_000_000 * (i + 1) }.ToJson() + "\n");
        File.WriteAllText(Path.Combine(path, "metrics.jsonl"), string.Concat(epochs));
        return path;
    }
}
