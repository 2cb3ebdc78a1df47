using System.Text.Json;

namespace PatchMoE.Tests.Reproductions;

/// <summary><c>reproduce cost</c> on two epochs.</summary>
[Category("Long")]
public sealed class CostReproductionTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Cost_ReportsCellsAndMeasurements_AndKeepsOnlyTheCells()
    {
        string[] command = ["reproduce", "cost", "--quick", "--seeds", "1", "--epochs", "2", "--out", _folder.File("cost")];
        Outcome first = Pmoe.Run(command);
        Assert.That(first.ExitCode, Is.Zero, first.Error);
        JsonElement[] networks = Networks(first);
        Assert.That(networks.Select(network => network.GetProperty("network").GetString()), Is.EqualTo(new[] { "mnist-cnn", "mnist-joint", "mnist-separate", "mnist-sample-moe" }));
        Assert.That(networks[0].GetProperty("epochs").GetProperty("median").GetDouble(), Is.InRange(1, 2), "the CNN is as accurate as itself");
        Assert.That(networks[0].GetProperty("trainingSeconds").GetProperty("median").GetDouble(), Is.Positive);
        Assert.That(networks.Select(network => network.GetProperty("singleSeconds").GetDouble()), Is.All.Positive);

        string page = File.ReadAllText(_folder.File("cost/report.html"));
        Assert.That(page, Does.Contain("<svg").And.Contain("inference, MFLOP per sample").And.Contain("20 % less").And.Contain("50 % less").And.Contain("pmoe reproduce cost --quick --seeds 1 --epochs 2"));
        Assert.That(page, Does.Contain("Memory was not measured"), "no process to start inside a test");
        string table = File.ReadAllText(_folder.File("cost/results.md"));
        Assert.That(table, Does.Contain("| weights | 31400 |").And.Contain("| accuracy at the target |").And.Contain("Machine: "));

        byte[] csv = File.ReadAllBytes(_folder.File("cost/results.csv"));
        Outcome again = Pmoe.Run(command);
        Assert.That(again.ErrorLines[0], Does.Contain("0 of 4 cells to run"));
        Assert.That(Networks(again)[0].GetProperty("trainingSeconds").GetProperty("median").GetDouble(), Is.Positive, "times are measured at every run");
        Assert.That(File.ReadAllBytes(_folder.File("cost/results.csv")), Is.EqualTo(csv));
    }

    [Test]
    public void Interrupted_NothingIsMeasured()
    {
        Outcome outcome = Pmoe.Run(new CancellationToken(canceled: true), "reproduce", "cost", "--seeds", "1", "--epochs", "1", "--out", _folder.File("cost"));
        Assert.That(outcome.ExitCode, Is.EqualTo(130));
        Assert.That(File.ReadAllText(_folder.File("cost/results.md")), Does.Contain("Not all trainings are finished yet.").And.Not.Contain("Machine:"));
    }

    private static JsonElement[] Networks(Outcome outcome)
    {
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines[^1]);
        return [.. json.RootElement.GetProperty("results").GetProperty("networks").EnumerateArray().Select(network => network.Clone())];
    }
}
