using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary><c>reproduce</c> on a grid of a few mosaics and epochs.</summary>
[Category("Long")]
public sealed class ReproduceCommandTests
{
    private static readonly string[] s_three = ["--networks", "mnist-joint", "mnist-separate", "mnist-cnn"];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Mnist_TrainsTheGrid_AndGoesOnWhereItStood()
    {
        Outcome first = Reproduce([.. s_three, "--seeds", "2", "--samples", "20", "--epochs", "1"]);
        Assert.That(first.ExitCode, Is.Zero, first.Error);
        Assert.That(Summary(first).GetProperty("cells").GetInt32(), Is.EqualTo(6));
        Assert.That(Directory.GetFiles(_folder.File("grid")).Select(Path.GetFileName), Is.EquivalentTo(new[] { "results.csv", "results.md", "report.html" }));
        Assert.That(File.ReadAllText(_folder.File("grid/results.md")), Does.Contain("| samples | mnist-joint | mnist-separate | mnist-cnn |"));
        Assert.That(File.ReadAllText(_folder.File("grid/report.html")), Does.Contain("<svg").And.Contain("mnist-separate"));

        Outcome more = Reproduce([.. s_three, "--seeds", "2", "--samples", "20", "40", "--epochs", "1"]);
        Assert.That(more.ErrorLines[0], Does.Contain("6 of 12 cells to run"));
        Assert.That(Summary(more).GetProperty("cells").GetInt32(), Is.EqualTo(12));
        Assert.That(Accuracies(more, "mnist-joint", 20), Is.EqualTo(Accuracies(first, "mnist-joint", 20)));

        Outcome longer = Reproduce("--seeds", "1", "--samples", "20", "--epochs", "2", "--networks", "mnist-cnn");
        Assert.That(longer.ErrorLines[0], Does.Contain("1 of 1 cells to run"), "other epochs are another training");
    }

    /// <summary>A cell trains on the first samples of a longer draw, on one thread among others: that must not affect the numbers.</summary>
    [Test]
    public void ACell_IsTheTrainingThatTrainMakes()
    {
        Outcome grid = Reproduce("--seeds", "1", "--samples", "20", "40", "--epochs", "3", "--networks", "mnist-joint", "mnist-separate", "--threads", "3");
        string text = File.ReadAllText(Path.Combine(Repository.Root, "specs", "mnist-separate.json"))
            .Replace("\"train\": 1000", "\"train\": 20", StringComparison.Ordinal).Replace("\"routerEpochs\": 100", "\"routerEpochs\": 3", StringComparison.Ordinal);
        string spec = _folder.File("separate.json");
        File.WriteAllText(spec, text);
        Outcome alone = Pmoe.Run("train", spec, "--epochs", "3", "--seed", "1", "--out", _folder.File("alone"));
        Assert.That(alone.ExitCode, Is.Zero, alone.Error);
        Assert.That(Accuracies(grid, "mnist-separate", 20), Is.EqualTo(new[] { Summary(alone).GetProperty("testAccuracy").GetDouble() }));
    }

    [Test]
    public void CtrlC_KeepsWhatIsFinished()
    {
        Reproduce("--seeds", "1", "--samples", "20", "--epochs", "1", "--networks", "mnist-joint");
        string[] arguments = ["reproduce", "mnist", "--out", _folder.File("grid"), .. s_three, "--seeds", "1", "--samples", "20", "--epochs", "1"];
        Outcome outcome = Pmoe.Run(new CancellationToken(canceled: true), arguments);
        Assert.That(outcome.ExitCode, Is.EqualTo(130));
        Assert.That(outcome.Error, Does.Contain("interrupted: 1 of 3"));
        Assert.That(Summary(outcome).GetProperty("interrupted").GetBoolean(), Is.True);
    }

    [Test]
    public void ADamagedResult_IsReported_AndRunAgain()
    {
        string[] options = ["--seeds", "1", "--samples", "20", "--epochs", "1", "--networks", "mnist-joint"];
        Outcome first = Reproduce(options);
        string cell = Directory.GetFiles(_folder.File("grid/cells")).Single();
        File.WriteAllText(cell, File.ReadAllText(cell).Replace("\"epochs\":1", "\"epochs\":2", StringComparison.Ordinal));
        Outcome again = Reproduce(options);
        Assert.That(again.ExitCode, Is.Zero, again.Error);
        Assert.That(again.Error, Does.Contain(cell).And.Contain("is run again").And.Contain("1 of 1 cells to run"));
        Assert.That(Accuracies(again, "mnist-joint", 20), Is.EqualTo(Accuracies(first, "mnist-joint", 20)));
    }

    [TestCase("'mnist-joint' is no network of the experiment 'mil'. Name any of mil-10, mil-50, mil-100.", "mil", "--networks", "mnist-joint")]
    [TestCase("the experiment 'cifar' has no such choice. Leave it out.", "cifar", "--networks", "cifar-wrn-small")]
    [TestCase("the experiment 'prune' has no such choice. Leave it out.", "prune", "--samples", "100")]
    public void AnOptionOfAnotherExperiment_IsAUsageError(string message, params string[] arguments)
    {
        Outcome outcome = Pmoe.Run(["reproduce", .. arguments]);
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(outcome.Error, Does.Contain(message));
    }

    [Test]
    public void NoImages_IsOneMessage()
    {
        Outcome outcome = Reproduce("--data", _folder.File("none"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("--data").And.Contain("none"));
    }

    private Outcome Reproduce(params string[] options) => Pmoe.Run(["reproduce", "mnist", "--out", _folder.File("grid"), .. options]);

    private static JsonElement Summary(Outcome outcome)
    {
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines[^1]);
        return json.RootElement.Clone();
    }

    private static double[] Accuracies(Outcome outcome, string network, int samples) =>
    [
        .. Summary(outcome).GetProperty("results").EnumerateArray()
            .Single(entry => entry.GetProperty("network").GetString() == network && entry.GetProperty("samples").GetInt32() == samples)
            .GetProperty("testAccuracies").EnumerateArray().Select(accuracy => accuracy.GetDouble()),
    ];
}
