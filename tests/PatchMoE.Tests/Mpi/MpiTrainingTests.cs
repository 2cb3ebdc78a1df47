using System.Diagnostics;
using System.Text.Json;

namespace PatchMoE.Tests.Mpi;

/// <summary><c>mpirun -n N pmoe train</c>: real processes of Open MPI.</summary>
[Category("Long")]
[Category("Mpi")]
public sealed class MpiTrainingTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder()
    {
        if (MpiJob.Problem is { } problem)
        {
            Assert.Ignore(problem);
        }

        _folder = new TemporaryFolder();
    }

    [TearDown]
    public void RemoveFolder() => _folder?.Dispose();

    [Test]
    public void OneToFourProcesses_AndOneWithoutMpi_WriteTheSameWeights()
    {
        string spec = Write("mnist", Mosaics(epochs: 2));
        Outcome plain = Pmoe.Run("train", spec, "--shares", "4", "--threads", "1", "--out", _folder.File("plain"));
        Assert.That(plain.ExitCode, Is.Zero, plain.Error);
        byte[] expected = Weights("plain");
        for (int processes = 1; processes <= 4; processes++)
        {
            string name = $"run{processes}";
            Outcome outcome = MpiJob.Run(processes, "train", spec, "--json", "--out", _folder.File(name));
            Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
            Assert.That(Weights(name), Is.EqualTo(expected), $"{processes} processes");
            using JsonDocument json = JsonDocument.Parse(outcome.OutputLines.Single());
            Assert.That(json.RootElement.GetProperty("shares").GetInt32(), Is.EqualTo(4));
            Assert.That(outcome.Error.Split("epoch 2/2").Length - 1, Is.EqualTo(1), "one process speaks");
        }
    }

    /// <summary>A process is killed between two checkpoints; the run goes on with another number of processes.</summary>
    [Test]
    public void AKilledProcess_EndsAll_AndTheRunGoesOn()
    {
        string spec = Write("mnist", Mosaics(epochs: 60));
        Outcome plain = Pmoe.Run("train", spec, "--shares", "4", "--threads", "1", "--out", _folder.File("plain"));
        Assert.That(plain.ExitCode, Is.Zero, plain.Error);

        string run = _folder.File("run");
        using Process job = Process.Start(MpiJob.StartInfo(2, "train", spec, "--out", run))!;
        Task<Outcome> ending = Task.Run(() => Pmoe.Finish(job));
        long started = Stopwatch.GetTimestamp();
        while (!File.Exists(Path.Combine(run, "checkpoint.safetensors")))
        {
            Assert.That(ending.IsCompleted, Is.False, () => ending.Result.Error);
            Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(s_patience), "waited for a checkpoint");
            Thread.Sleep(5);
        }

        using (Process? victim = MpiJob.Find(rank: 1, run))
        {
            victim!.Kill();
        }

        Assert.That(ending.Wait(s_patience), Is.True, "the job ends");
        Assert.That(ending.Result.ExitCode, Is.Not.Zero);
        Assert.That(ending.Result.Error, Does.Contain("rank 1").And.Contain("signal 9"));

        Outcome resumed = MpiJob.Run(3, "train", spec, "--out", run, "--resume");
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(resumed.Error, Does.Not.Contain("note:"));
        Assert.That(Weights("run"), Is.EqualTo(Weights("plain")));
    }

    [Test]
    public void AProcessThatDiffers_EndsAllWithOneMessage()
    {
        string first = Write("first", Mosaics(epochs: 2));
        string second = Write("second", Mosaics(epochs: 3));
        Outcome outcome = Pmoe.Start(MpiJob.StartInfo(
            (1, ["train", first, "--out", _folder.File("run")]), (1, ["train", second, "--out", _folder.File("run")])));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(Errors(outcome), Has.Exactly(1).Items);
        Assert.That(Errors(outcome)[0], Does.Contain("process 1 of 2").And.Contain("has another spec than process 0"));

        Outcome missing = Pmoe.Start(MpiJob.StartInfo(
            (1, ["train", first, "--out", _folder.File("run")]), (1, ["train", _folder.File("none.json"), "--out", _folder.File("run")])));
        Assert.That(missing.ExitCode, Is.EqualTo(1));
        Assert.That(Errors(missing), Has.Exactly(1).Items);
        Assert.That(Errors(missing)[0], Does.Contain("process 1 of 2").And.Contain("none.json"));
        Assert.That(File.Exists(_folder.File("run/weights.safetensors")), Is.False);
    }

    private static string[] Errors(Outcome outcome) => [.. outcome.Error.Split('\n').Where(line => line.StartsWith("error:", StringComparison.Ordinal))];

    private byte[] Weights(string run) => File.ReadAllBytes(_folder.File(Path.Combine(run, "weights.safetensors")));

    private string Write(string name, string text)
    {
        string path = _folder.File($"{name}.json");
        File.WriteAllText(path, text);
        return path;
    }

    private static string Mosaics(int epochs) => File.ReadAllText(Path.Combine(Repository.Root, "specs", "mnist-joint.json"))
        .Replace("\"epochs\": 150", $"\"epochs\": {epochs}", StringComparison.Ordinal)
        .Replace("\"train\": 1000, \"test\": 1000", "\"train\": 100, \"test\": 50", StringComparison.Ordinal);
}
