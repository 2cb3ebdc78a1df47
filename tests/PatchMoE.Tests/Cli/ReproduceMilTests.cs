using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary><c>reproduce mil</c> on a few bags. Whether torch trains the other networks beside the pMoE depends on the machine; its tests are those of PatchMoE.TorchSharp.</summary>
[Category("Long")]
public sealed class ReproduceMilTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Mil_TrainsOnBags_AndReports()
    {
        Outcome outcome = Reproduce("--networks", "mil-10", "--samples", "20", "40", "--epochs", "2", "--seeds", "2");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        JsonElement[] patchRouting = [.. Results(outcome).Where(entry => entry.GetProperty("method").GetString() == "pMoE")];
        Assert.That(patchRouting.Select(entry => entry.GetProperty("bags").GetInt32()), Is.EqualTo(new[] { 20, 40 }));
        foreach (JsonElement entry in patchRouting)
        {
            Assert.That(entry.GetProperty("auc").EnumerateArray().Select(auc => auc.GetDouble()), Has.Exactly(2).Items.And.All.InRange(0, 1));
            Assert.That(entry.GetProperty("weights").GetInt32(), Is.EqualTo((8 * 784) + (32 * 785) + 33));
        }

        Assert.That(File.ReadAllText(_folder.File("mil/results.md")), Does.Contain("bags of N(10, 2) digits").And.Contain("AUC"));
        Assert.That(File.ReadAllLines(_folder.File("mil/results.csv"))[0], Is.EqualTo("network,method,bags,seed,auc,testAccuracy,pickedIsPositive,weights"));
        Assert.That(File.ReadAllText(_folder.File("mil/report.html")), Does.Contain("<svg").And.Contain("pMoE"));
    }

    /// <summary>A cell trains on the first bags of a longer draw.</summary>
    [Test]
    public void ACell_IsTheTrainingThatTrainMakes()
    {
        Outcome grid = Reproduce("--networks", "mil-10", "--samples", "20", "40", "--epochs", "3", "--seeds", "1");
        string text = File.ReadAllText(Path.Combine(Repository.Root, "specs", "mil-10.json"));
        string spec = _folder.File("mil.json");
        File.WriteAllText(spec, text.Replace("\"train\": 500", "\"train\": 20", StringComparison.Ordinal));
        Outcome alone = Pmoe.Run("train", spec, "--epochs", "3", "--seed", "1", "--out", _folder.File("alone"));
        Assert.That(alone.ExitCode, Is.Zero, alone.Error);
        using JsonDocument summary = JsonDocument.Parse(alone.OutputLines[^1]);
        JsonElement entry = Results(grid).First(one => one.GetProperty("method").GetString() == "pMoE" && one.GetProperty("bags").GetInt32() == 20);
        Assert.That(entry.GetProperty("testAccuracies")[0].GetDouble(), Is.EqualTo(summary.RootElement.GetProperty("testAccuracy").GetDouble()));
    }

    [Test]
    public void AnOddNumberOfBags_IsOneMessage()
    {
        Outcome outcome = Reproduce("--samples", "21");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("--samples: 21 bags"));
    }

    private Outcome Reproduce(params string[] options) => Pmoe.Run(["reproduce", "mil", "--out", _folder.File("mil"), .. options]);

    private static JsonElement[] Results(Outcome outcome)
    {
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines[^1]);
        return [.. json.RootElement.GetProperty("results").Clone().EnumerateArray()];
    }
}
