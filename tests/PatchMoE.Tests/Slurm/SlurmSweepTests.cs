using System.Runtime.Versioning;
using System.Text.Json;
using PatchMoE.Tests.Sweeps;

namespace PatchMoE.Tests.Slurm;

/// <summary><c>pmoe sweep --slurm</c> on a real Slurm. It takes about a minute: Slurm itself waits so long before it runs a task again.</summary>
[Category("Long")]
[Category("Slurm")]
[Platform("Linux")]
[SupportedOSPlatform("linux")]
public sealed class SlurmSweepTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder()
    {
        if (SlurmCluster.Problem is { } problem)
        {
            Assert.Ignore(problem);
        }

        _folder = new TemporaryFolder();
    }

    [TearDown]
    public void RemoveFolder() => _folder?.Dispose();

    /// <summary>One task is cancelled, one is requeued, and the node of the others is lost; what comes out is what an undisturbed sweep writes.</summary>
    [Test]
    public void CancelledRequeuedAndLostTasks_ChangeNoBit()
    {
        // Cells so long that most are still to do when the tasks are stopped, on a fast and idle machine too.
        string sweep = _folder.File("sweep.json");
        File.WriteAllText(sweep, SweepText.Of("{ \"data.noise\": [0.1, 0.2], \"model.layers[0].patchesPerExpert\": [1, 2, 4, 8] }", "6", epochs: 1000));
        Outcome plain = Pmoe.Start(Pmoe.StartInfo("sweep", sweep, "--out", _folder.File("plain")));
        Assert.That(plain.ExitCode, Is.Zero, plain.Error);

        using var cluster = new SlurmCluster();
        string results = _folder.File("array");
        Outcome submission = cluster.Run(Pmoe.StartInfo("sweep", sweep, "--out", results, "--slurm", "--tasks", "4", "--sbatch=--time=10"));
        string job = Json(submission).GetProperty("job").GetString()!;
        SlurmCluster.WaitFor("the first results", () => Finished(results) >= 4 && cluster.RunningTasks(job).Count == 4, s_patience);

        string lost = cluster.RunningTasks(job)[$"{job}_3"];
        string[] others = [.. cluster.RunningTasks(job).Where(task => task.Value != lost).Select(task => task.Key).Order()];
        cluster.Run("scancel", others[0]);
        cluster.Run("scontrol", "requeue", others[1]);
        cluster.Kill(lost);
        int before = Finished(results);
        Assert.That(before, Is.LessThan(48), "the tasks were stopped while there was work left");

        SlurmCluster.WaitFor("the end of the job", () => !cluster.IsQueued(job), s_patience);
        Assert.That(File.ReadAllBytes(Path.Combine(results, "results.csv")), Is.EqualTo(File.ReadAllBytes(_folder.File("plain/results.csv"))), Logs(results));
        Assert.That(File.ReadAllText(Log(results, others[0])), Does.Contain("interrupted: "));
        Assert.That(File.ReadAllText(Log(results, others[1])), Does.Match("(?s)interrupted: .*are finished, task"), "the requeued task went on");
        Assert.That(File.ReadAllText(Log(results, $"{job}_3")), Does.Not.Contain("interrupted: ").And.Contain("are finished, task"), "the lost task ran again elsewhere");
    }

    [Test]
    public void ArgumentsThatSlurmRejects_AreOneMessage()
    {
        string sweep = _folder.File("sweep.json");
        File.WriteAllText(sweep, SweepText.Of("{ \"data.noise\": [0.1, 0.2] }", "1"));
        using var cluster = new SlurmCluster();
        var failure = Assert.Throws<InvalidOperationException>(() => cluster.Run(Pmoe.StartInfo("sweep", sweep, "--out", _folder.File("array"), "--slurm", "--sbatch=--partition=none")));
        Assert.That(failure!.Message, Does.Contain(": 1: error: sbatch failed: ").And.Contain("partition").And.Contain("--sbatch"));
    }

    private static JsonElement Json(Outcome outcome)
    {
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines[^1]);
        return json.RootElement.Clone();
    }

    private static int Finished(string folder) => Directory.Exists(Path.Combine(folder, "cells")) ? Directory.GetFiles(Path.Combine(folder, "cells"), "*.json").Length : 0;

    private static string Log(string folder, string task) => Path.Combine(folder, "slurm", $"{task}.log");

    private static string Logs(string folder) => string.Concat(Directory.GetFiles(Path.Combine(folder, "slurm"), "*.log").Select(File.ReadAllText));
}
