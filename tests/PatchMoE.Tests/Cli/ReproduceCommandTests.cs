using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary><c>reproduce</c> on a grid of a few mosaics and epochs.</summary>
public sealed class ReproduceCommandTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Mnist_TrainsTheGrid_AndGoesOnWhereItStood()
    {
        Outcome first = Reproduce("--seeds", "2", "--samples", "20", "--epochs", "1");
        Assert.That(first.ExitCode, Is.Zero, first.Error);
        Assert.That(Summary(first).GetProperty("trainings").GetInt32(), Is.EqualTo(6));
        Assert.That(Directory.GetFiles(_folder.File("grid")).Select(Path.GetFileName), Is.EquivalentTo(new[] { "cells.jsonl", "results.md", "report.html" }));
        Assert.That(File.ReadAllText(_folder.File("grid/results.md")), Does.Contain("| samples | mnist-joint | mnist-separate | mnist-cnn |"));
        Assert.That(File.ReadAllText(_folder.File("grid/report.html")), Does.Contain("<svg").And.Contain("mnist-separate"));

        Outcome more = Reproduce("--seeds", "2", "--samples", "20", "40", "--epochs", "1");
        Assert.That(more.ErrorLines[0], Does.Contain("6 of 12 trainings to do"));
        Assert.That(Summary(more).GetProperty("trainings").GetInt32(), Is.EqualTo(12));
        Assert.That(Accuracies(more, "mnist-joint", 20), Is.EqualTo(Accuracies(first, "mnist-joint", 20)));

        Outcome longer = Reproduce("--seeds", "1", "--samples", "20", "--epochs", "2", "--networks", "mnist-cnn");
        Assert.That(longer.ErrorLines[0], Does.Contain("1 of 1 trainings to do"), "other epochs are another training");
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
        string[] arguments = ["reproduce", "mnist", "--out", _folder.File("grid"), "--seeds", "1", "--samples", "20", "--epochs", "1"];
        Outcome outcome = Pmoe.Run(new CancellationToken(canceled: true), arguments);
        Assert.That(outcome.ExitCode, Is.EqualTo(130));
        Assert.That(outcome.Error, Does.Contain("interrupted: 1 of 3"));
        Assert.That(Summary(outcome).GetProperty("interrupted").GetBoolean(), Is.True);
    }

    [Test]
    public void ADamagedStore_IsOneMessage()
    {
        Directory.CreateDirectory(_folder.File("grid"));
        File.WriteAllText(_folder.File("grid/cells.jsonl"), "{\"network\":\"mnist-joint\"}\n");
        Outcome outcome = Reproduce("--seeds", "1");
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("cells.jsonl").And.Contain("--out"));
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
