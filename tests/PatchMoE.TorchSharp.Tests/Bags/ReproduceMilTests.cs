using PatchMoE.Tests;

namespace PatchMoE.TorchSharp.Tests.Bags;

/// <summary><c>reproduce mil</c> with all of its networks.</summary>
public sealed class ReproduceMilTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>torch's threads are one in each cell, so cells beside each other change no bit.</summary>
    [Test]
    public void AnyNumberOfThreads_GivesTheSameNumbers()
    {
        string[] one = Rows("1");
        Assert.That(Rows("3"), Is.EqualTo(one));
        Assert.That(one.Skip(1).Select(row => row.Split(',')[1]), Is.EquivalentTo(new[] { "pMoE", "attention", "gated attention", "max", "mean", "pMoE", "attention", "gated attention", "max", "mean" }));
        Assert.That(one.Skip(1).Select(row => int.Parse(row.Split(',')[^1], System.Globalization.CultureInfo.InvariantCulture)), Is.All.EqualTo(31425).Within(2).Percent);
        string report = File.ReadAllText(_folder.File("threads-1/report.html"));
        Assert.That(report, Does.Contain("gated attention").And.Contain("time per epoch"));
    }

    private string[] Rows(string threads)
    {
        string folder = _folder.File($"threads-{threads}");
        Outcome outcome = Pmoe.Run(
            "reproduce", "mil", "--networks", "mil-10", "--samples", "20", "30", "--epochs", "2", "--seeds", "1", "--threads", threads, "--out", folder,
            "--data", Path.Combine(Repository.Root, "data", "mnist"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        return File.ReadAllLines(Path.Combine(folder, "results.csv"));
    }
}
