using System.Diagnostics;
using System.Text.Json;

namespace PatchMoE.Tests.Sweeps;

/// <summary>Sweeps in processes of their own: several at once, killed, or started by a cluster.</summary>
[Category("Long")]
public sealed class SweepProcessTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void TwoProcesses_ShareAFolder()
    {
        Write(SweepText.Of("""{ "data.noise": [0.1, 0.2], "model.layers[0].patchesPerExpert": [1, 2, 4] }""", "3", epochs: 110));
        byte[] alone = RunAlone();
        using Process first = Process.Start(Start("out"))!;
        using Process second = Process.Start(Start("out"))!;
        Outcome[] outcomes = [Pmoe.Finish(first), Pmoe.Finish(second)];
        Assert.That(outcomes.Select(outcome => outcome.ExitCode), Is.All.Zero, string.Concat(outcomes.Select(outcome => outcome.Error)));
        Assert.That(outcomes.Select(outcome => Summary(outcome).GetProperty("finished").GetInt32()), Is.All.EqualTo(18), "each waits for the other");
        Assert.That(File.ReadAllBytes(_folder.File("out/results.csv")), Is.EqualTo(alone));
        Assert.That(Directory.GetFiles(_folder.File("out/cells")), Has.Length.EqualTo(18));
    }

    /// <summary>What the issue promises: killed three times, then left alone, a sweep ends with the same bytes.</summary>
    [Test]
    public void KilledThreeTimes_EndsWithTheSameResults()
    {
        Write(SweepText.Of("""{ "data.noise": [0.1, 0.2], "model.layers[0].patchesPerExpert": [1, 2, 4] }""", "5", epochs: 500));
        byte[] alone = RunAlone();
        for (int i = 1; i <= 3; i++)
        {
            int before = Finished();
            using Process process = Process.Start(Start("out"))!;
            process.ErrorDataReceived += (_, _) => { };
            process.BeginErrorReadLine();
            WaitFor(() => Finished() > before || process.HasExited);
            process.Kill();
            process.WaitForExit();
            Assert.That(Finished(), Is.GreaterThan(before).And.LessThan(30), "it was killed in the middle");
        }

        int kept = Finished();
        Outcome last = Pmoe.Start(Start("out"));
        Assert.That(last.ExitCode, Is.Zero, last.Error);
        Assert.That(last.ErrorLines[0], Is.EqualTo($"small: {30 - kept} cells to do, {kept} of 30 are finished"));
        Assert.That(File.ReadAllBytes(_folder.File("out/results.csv")), Is.EqualTo(alone));
    }

    /// <summary>Every task starts with its own share; together they run each cell once, and the last writes the results.</summary>
    [Test]
    public void TasksOfAnArray_ShareTheCells()
    {
        Write(SweepText.Of("""{ "data.noise": [0.1, 0.2], "data.train": [20, 60] }""", "3"));
        byte[] alone = RunAlone();
        string[][] variables = [["JOB_COMPLETION_INDEX=0"], ["JOB_COMPLETION_INDEX=1"], ["SLURM_ARRAY_TASK_ID=2", "SLURM_ARRAY_TASK_COUNT=3"]];
        Process[] tasks = [.. variables.Select(own => Process.Start(Start("out", own, "--tasks", "3"))!)];
        Outcome[] outcomes = [.. tasks.Select(Pmoe.Finish)];
        Array.ForEach(tasks, task => task.Dispose());
        Assert.That(outcomes.Select(outcome => outcome.ExitCode), Is.All.Zero, string.Concat(outcomes.Select(outcome => outcome.Error)));
        Assert.That(outcomes.Select((outcome, i) => outcome.Error.Contains($", task {i} of 3\n", StringComparison.Ordinal)), Is.All.True);
        Assert.That(File.ReadAllBytes(_folder.File("out/results.csv")), Is.EqualTo(alone));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void ATermination_AsksToBeRunAgain_InsideAnArrayOnly()
    {
        Write(SweepText.Of("""{ "data.noise": [0.1, 0.2] }""", "4", epochs: 1_000_000));
        foreach ((string[] variables, int code) in ((string[], int)[])[(["SLURM_ARRAY_TASK_ID=0"], 75), ([], 130)])
        {
            using Process process = Process.Start(Start("out", variables))!;
            process.StandardError.ReadLine();
            WaitFor(() => Directory.Exists(_folder.File("out/claims")) && Directory.GetFiles(_folder.File("out/claims")).Length > 0);
            using (Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]))
            {
                kill.WaitForExit();
            }

            Outcome outcome = Pmoe.Finish(process);
            Assert.That(outcome.ExitCode, Is.EqualTo(code), outcome.Error);
            Assert.That(Summary(outcome).GetProperty("interrupted").GetBoolean(), Is.True);
        }
    }

    [Test]
    public void ARunningCell_IsSeenFromOutside()
    {
        Write(SweepText.Of("""{ "data.noise": [0.1, 0.2] }""", "4", epochs: 1_000_000));
        using Process process = Process.Start(Start("out", [], "--threads", "2"))!;
        try
        {
            JsonElement status = default;
            WaitFor(() => Directory.Exists(_folder.File("out/claims")) && Directory.GetFiles(_folder.File("out/claims")).Length >= 2);
            status = Summary(Pmoe.Run("sweep", _folder.File("small.json"), "--out", _folder.File("out"), "--status"));
            Assert.That((status.GetProperty("running").GetInt32(), status.GetProperty("open").GetInt32()), Is.EqualTo((2, 8)));
        }
        finally
        {
            process.Kill();
            process.WaitForExit();
        }

        JsonElement after = Summary(Pmoe.Run("sweep", _folder.File("small.json"), "--out", _folder.File("out"), "--status"));
        Assert.That(after.GetProperty("running").GetInt32(), Is.Zero, "its claims ended with it");
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void NoSbatch_IsOneMessage()
    {
        Write(SweepText.Of("{}"));
        ProcessStartInfo start = Start("out", [], "--slurm");
        start.FileName = Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : start.FileName;
        start.Environment["PATH"] = _folder.Path;
        Outcome outcome = Pmoe.Start(start);
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines.Single(), Does.Contain("no command 'sbatch'").And.Contain("--dry-run"));
        Assert.That(Directory.Exists(_folder.File("out")), Is.False);
    }

    /// <summary>Another program's job may hold this process; its share is said to be wrong only if the variable is.</summary>
    [Test]
    public void AnIndexThatIsNone_IsOneMessage()
    {
        Write(SweepText.Of("{}"));
        Outcome outcome = Pmoe.Start(Start("out", ["JOB_COMPLETION_INDEX=first"]));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines.Single(), Does.Contain("JOB_COMPLETION_INDEX is 'first'"));
    }

    private void Write(string text) => File.WriteAllText(_folder.File("small.json"), text);

    private byte[] RunAlone()
    {
        Outcome outcome = Pmoe.Start(Start("alone"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        return File.ReadAllBytes(_folder.File("alone/results.csv"));
    }

    private ProcessStartInfo Start(string folder) => Start(folder, []);

    private ProcessStartInfo Start(string folder, string[] variables, params string[] options)
    {
        ProcessStartInfo start = Pmoe.StartInfo(["sweep", _folder.File("small.json"), "--out", _folder.File(folder), .. options]);
        foreach (string variable in variables)
        {
            start.Environment[variable.Split('=')[0]] = variable.Split('=')[1];
        }

        return start;
    }

    private int Finished() => Directory.Exists(_folder.File("out/cells")) ? Directory.GetFiles(_folder.File("out/cells"), "*.json").Length : 0;

    private static void WaitFor(Func<bool> isSo)
    {
        long start = Stopwatch.GetTimestamp();
        while (!isSo())
        {
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromMinutes(2)));
            Thread.Sleep(20);
        }
    }

    private static JsonElement Summary(Outcome outcome)
    {
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines[^1]);
        return json.RootElement.Clone();
    }
}
