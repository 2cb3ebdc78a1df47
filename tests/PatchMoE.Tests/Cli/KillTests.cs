using System.Diagnostics;
using System.Globalization;

namespace PatchMoE.Tests;

/// <summary>
/// Trainings that are killed (<c>kill -9</c>) at random moments, and continued by the command that their user would give, end with the bits of one that was not
/// killed. <c>PATCHMOE_KILLS</c> is the number of kills for each backend, if there are to be more.
/// </summary>
[Category("Long")]
[Platform(Exclude = "Win")]
public sealed class KillTests
{
    /// <summary>The most lines of progress that a run prints; one of fewer epochs prints a line for each.</summary>
    private const int Lines = 20;

    private static readonly string? s_kills = Environment.GetEnvironmentVariable("PATCHMOE_KILLS");

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>A process of the last two takes long to start, so they are killed only if the variable says so.</summary>
    private static IEnumerable<TestCaseData> Backends() => new (string Name, int Epochs, int Kills)[] { ("cpu", 200, 2), ("reference", 100, 1), ("torch", 100, 0), ("ilgpu", 12, 0) }
        .Where(backend => backend.Kills > 0 || s_kills is not null)
        .Select(backend => new TestCaseData(backend.Name, backend.Epochs, backend.Kills));

    [TestCaseSource(nameof(Backends))]
    public void AKilledTraining_EndsWithTheSameBits(string backend, int epochs, int kills)
    {
        kills = s_kills is null ? kills : int.Parse(s_kills, CultureInfo.InvariantCulture);
        string spec = _folder.File("small.json");
        File.WriteAllText(spec, StoppedRun.SpecText);
        string[] command = ["train", spec, "--epochs", $"{epochs}", "--backend", backend, .. backend == "ilgpu" ? (string[])["--device", "cpu"] : []];
        Outcome whole = Pmoe.Run([.. command, "--out", _folder.File("whole")]);
        Assert.That(whole.ExitCode, Is.Zero, whole.Error);

        var random = new Random(epochs + kills);
        for (int run = 0, killed = 0; killed < kills; run++)
        {
            string folder = _folder.File($"run-{run}");
            bool ended = false;
            while (!ended && killed < kills)
            {
                ended = !IsKilled([.. command, "--out", folder, .. Resume(folder)], Math.Min(Lines, epochs), random);
                killed += ended ? 0 : 1;
            }

            if (!ended)
            {
                Outcome rest = Pmoe.Run([.. command, "--out", folder, .. Resume(folder)]);
                Assert.That(rest.ExitCode, Is.Zero, rest.Error);
            }

            StoppedRun.AssertEqual(folder, _folder.File("whole"));
        }
    }

    /// <summary>A user repeats the command, and adds <c>--resume</c> where it says so.</summary>
    private static string[] Resume(string folder) =>
        File.Exists(Path.Combine(folder, "checkpoint.safetensors")) || File.Exists(Path.Combine(folder, "checkpoint.previous.safetensors")) ? ["--resume"] : [];

    /// <summary>Starts a training and kills it after a random line of progress, or before the first; false if it ended first.</summary>
    private static bool IsKilled(string[] command, int most, Random random)
    {
        using Process training = Process.Start(Pmoe.StartInfo(command))!;
        int lines = random.Next(most);
        for (int line = 0; line < lines && training.StandardError.ReadLine() is not null; line++)
        {
        }

        Thread.Sleep(random.Next(lines == 0 ? 1000 : 30));
        training.Kill();
        training.WaitForExit();

        // 128 + SIGKILL
        Assert.That(training.ExitCode, Is.EqualTo(137).Or.Zero);
        return training.ExitCode != 0;
    }

    [Test]
    public void OfTwoTrainingsInAFolder_TheSecondIsRefused()
    {
        string spec = _folder.File("small.json");
        File.WriteAllText(spec, StoppedRun.SpecText);
        using (RunFolder.Open(_folder.File("run")))
        {
            Outcome second = Pmoe.Run("train", spec, "--out", _folder.File("run"));
            Assert.That(second.ExitCode, Is.EqualTo(1));
            Assert.That(second.ErrorLines, Has.Length.EqualTo(1));
            Assert.That(second.Error, Does.Contain("another training is writing to this folder"));
        }
    }
}
