using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary>The real command, in a separate process.</summary>
[Category("Long")]
public sealed class ProcessTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>
    /// Vectors narrower than this machine's agree as well. .NET 10 honours EnableAVX512 for all of AVX-512 and no longer its old name, EnableAVX512F, which is
    /// also set for runtimes that do; EnableAVX2 leaves 128-bit vectors, EnableHWIntrinsic none at all.
    /// </summary>
    [TestCase("512-bit", "DOTNET_EnableAVX512")]
    [TestCase("256-bit", "DOTNET_EnableAVX2")]
    [TestCase("128-bit", "DOTNET_EnableHWIntrinsic")]
    public void NarrowerVectors_Agree(string switchedOff, string variable)
    {
        ProcessStartInfo Start(params string[] args)
        {
            ProcessStartInfo start = Pmoe.StartInfo(args);
            start.Environment[variable] = "0";
            if (variable == "DOTNET_EnableAVX512")
            {
                start.Environment["DOTNET_EnableAVX512F"] = "0";
            }

            return start;
        }

        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            Assert.That(Pmoe.Start(Start("backends")).OutputLines[0], Does.Not.Contain(switchedOff));
        }

        foreach (string name in (string[])["overlap-odd", "vectors-tail"])
        {
            var golden = new GoldenRun(name, _folder);
            golden.AssertAgrees(Pmoe.Start(Start(golden.Arguments())));
        }
    }

    [Test]
    public void ExitCodesReachTheShell()
    {
        Assert.That(Pmoe.Start(Pmoe.StartInfo("check", Path.Combine(Repository.Root, "specs", "mnist-joint.json"))).ExitCode, Is.Zero);
        Assert.That(Pmoe.Start(Pmoe.StartInfo("check", _folder.File("none.json"))).ExitCode, Is.EqualTo(1));
        Assert.That(Pmoe.Start(Pmoe.StartInfo("chek")).ExitCode, Is.EqualTo(2));
    }

    [Test]
    [Platform("Linux")]
    public void AnErrorStreamOnAFullDisk_IsNoCrash()
    {
        ProcessStartInfo pmoe = Pmoe.StartInfo("check", _folder.File("none.json"));
        string[] arguments = ["-c", "\"$@\" 2>/dev/full", "sh", pmoe.FileName, .. pmoe.ArgumentList];
        Assert.That(Pmoe.Start(new("sh", arguments) { RedirectStandardOutput = true, RedirectStandardError = true }).ExitCode, Is.EqualTo(1));
    }

    [Test]
    [Platform("Linux")]
    public void ANewAccount_GetsACacheOfCompiledModels()
    {
        ProcessStartInfo start = Pmoe.StartInfo(new GoldenRun("vectors-tiny", _folder).Arguments());
        start.Environment["XDG_DATA_HOME"] = _folder.File("home/data");
        Outcome outcome = Pmoe.Start(start);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(Directory.GetFiles(_folder.File("home/data/PatchMoE/compiled")), Has.Length.EqualTo(1));
    }

    [Test]
    [Platform(Exclude = "Win")]
    public void ControlC_KeepsWhatWasLearnt()
    {
        string spec = Path.Combine(Repository.Root, "specs", "synthetic-separate.json");
        using Process process = Process.Start(Pmoe.StartInfo("train", spec, "--out", _folder.File("run"), "--epochs", "1000000"))!;

        // The first line of progress: the training is running.
        string? line = process.StandardError.ReadLine();
        Assert.That(line, Does.Contain("epoch 1/"));
        using (Process kill = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            kill.WaitForExit();
        }

        Outcome outcome = Pmoe.Finish(process);
        Assert.That(outcome.ExitCode, Is.EqualTo(130));
        Assert.That(outcome.Error, Does.Contain("--resume"));
        using JsonDocument summary = JsonDocument.Parse(outcome.OutputLines[^1]);
        Assert.That(summary.RootElement.GetProperty("interrupted").GetBoolean(), Is.True);
        Assert.That(File.Exists(summary.RootElement.GetProperty("weights").GetString()), Is.True);
        Assert.That(Directory.GetFiles(_folder.File("run"), ".*"), Is.Empty);
    }

    [Test]
    public void TrainingsThatStartTogether_EachGetAFolder()
    {
        string spec = Path.Combine(Repository.Root, "specs", "synthetic-separate.json");
        ProcessStartInfo start = Pmoe.StartInfo("train", spec, "--epochs", "1");
        start.WorkingDirectory = _folder.Path;
        Process[] trainings = [.. Enumerable.Range(0, 3).Select(_ => Process.Start(start)!)];
        try
        {
            Outcome[] outcomes = [.. trainings.Select(Pmoe.Finish)];
            Assert.That(outcomes.Select(outcome => outcome.ExitCode), Is.All.Zero, string.Concat(outcomes.Select(outcome => outcome.Error)));
            string[] weights = Directory.GetFiles(_folder.File("runs"), "weights.safetensors", SearchOption.AllDirectories);
            Assert.That(weights, Has.Length.EqualTo(3));
            Assert.That(weights.Select(File.ReadAllBytes), Is.All.EqualTo(File.ReadAllBytes(weights[0])));
        }
        finally
        {
            foreach (Process training in trainings)
            {
                training.Dispose();
            }
        }
    }

    /// <summary>A folder that another training holds, and has written nothing to yet, is passed over.</summary>
    [Test]
    public void AFolderThatIsTaken_IsPassedOver()
    {
        string spec = Path.Combine(Repository.Root, "specs", "synthetic-separate.json");
        ProcessStartInfo start = Pmoe.StartInfo("train", spec, "--epochs", "1", "--seed", "7");
        start.WorkingDirectory = _folder.Path;
        using (RunFolder.Open(_folder.File("runs/SyntheticSeparate-7")))
        {
            Outcome outcome = Pmoe.Start(start);
            Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
            Assert.That(outcome.Error, Does.Contain("SyntheticSeparate-7-2"));
        }

        Outcome next = Pmoe.Start(start);
        Assert.That(File.Exists(_folder.File("runs/SyntheticSeparate-7/weights.safetensors")), Is.True, next.Error);
    }
}
