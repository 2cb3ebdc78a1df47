using System.Diagnostics;

namespace PatchMoE.Tests;

/// <summary>
/// Trainings whose disk gets full, or takes nothing: they end with one message and keep the last checkpoint, from which <c>--resume</c> goes on once there is room.
/// </summary>
[Category("Long")]
[Platform("Linux")]
public sealed class FullDiskTests
{
    private const string NotWritable = "the run folder is not writable";

    /// <summary>Enough that the history in the checkpoint, which grows by 450 bytes an epoch, fits neither disk.</summary>
    private const string Epochs = "60";

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    /// <summary>
    /// What keeps the process in <c>$@</c> from writing more, before its message. A limit on the size of a file is one everywhere: the runtime, which maps a file of its own to write code, must be
    /// told not to, and the signal that the system sends (SIGXFSZ) is ignored, as it is where a disk is full. A small file system of one's own takes a kernel that lets one mount it.
    /// </summary>
    private static IEnumerable<TestCaseData> Disks()
    {
        yield return new TestCaseData("trap '' XFSZ; ulimit -f 12; DOTNET_EnableWriteXorExecute=0 \"$@\"", "larger than the file system or a limit of the process allows").SetArgDisplayNames("limit");
        if (CanMount())
        {
            yield return new TestCaseData(
                // What was written is copied out of the file system, which ends with the script.
                """
                unshare -rm bash -c 'mount -t tmpfs -o size=48k none "$RUN" && "$@"; code=$?; cp -r "$RUN" "$RUN.copy"; exit $code' - "$@"
                code=$?; cp -r "$RUN.copy/." "$RUN"; exit $code
                """,
                "No space left on device").SetArgDisplayNames("small file system");
        }
    }

    [TestCaseSource(nameof(Disks))]
    public void ATrainingOnAFullDisk_KeepsItsCheckpoint(string script, string reason)
    {
        string spec = _folder.File("small.json");
        File.WriteAllText(spec, StoppedRun.SpecText);
        string run = Directory.CreateDirectory(_folder.File("run")).FullName;
        string[] command = ["train", spec, "--epochs", Epochs, "--out"];
        Outcome whole = Pmoe.Run([.. command, _folder.File("whole")]);
        Assert.That(whole.ExitCode, Is.Zero, whole.Error);

        Outcome full = InShell(script, run, [.. command, run]);
        Assert.That(full.ExitCode, Is.EqualTo(1), full.Error);
        string[] messages = [.. full.ErrorLines.Where(line => !line.StartsWith("training ", StringComparison.Ordinal))];
        Assert.That(messages, Has.Length.EqualTo(1), full.Error);
        Assert.That(messages[0], Does.Contain("checkpoint.safetensors: cannot be written: ").And.Contain(reason));
        Assert.That(Directory.GetFiles(run, ".*"), Is.Empty, "temporary files");
        Assert.That(File.Exists(Path.Combine(run, "checkpoint.safetensors")));

        Outcome rest = Pmoe.Run([.. command, run, "--resume"]);
        Assert.That(rest.ExitCode, Is.Zero, rest.Error);
        StoppedRun.AssertEqual(run, _folder.File("whole"));
    }

    /// <summary>Root may write to folders that others may not, but not where a file is.</summary>
    [TestCase("file", "this is a file and cannot be the run folder")]
    [TestCase("file/run", NotWritable)]
    public void AFolderThatIsAFile_IsRefusedAtOnce(string run, string reason)
    {
        File.WriteAllText(_folder.File("file"), "kept");
        File.WriteAllText(_folder.File("small.json"), StoppedRun.SpecText);
        AssertRefused(Pmoe.Run("train", _folder.File("small.json"), "--out", _folder.File(run)), reason);
        Assert.That(File.ReadAllText(_folder.File("file")), Is.EqualTo("kept"));
    }

    /// <summary>A file system that is mounted read-only takes nothing from root either; where none can be mounted, a folder of the system's that takes no files stands for it.</summary>
    [Test]
    public void AReadOnlyFolder_IsRefusedAtOnce()
    {
        File.WriteAllText(_folder.File("small.json"), StoppedRun.SpecText);
        string run = CanMount() ? Directory.CreateDirectory(_folder.File("run")).FullName : "/proc/self";
        string script = CanMount() ? "exec unshare -rm bash -c 'mount -t tmpfs -o ro none \"$RUN\" && exec \"$@\"' - \"$@\"" : "exec \"$@\"";
        AssertRefused(InShell(script, run, "train", _folder.File("small.json"), "--out", run), NotWritable);
    }

    private static void AssertRefused(Outcome outcome, string reason)
    {
        Assert.That(outcome.ExitCode, Is.EqualTo(1), outcome.Error);
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1), outcome.Error);
        Assert.That(outcome.Error, Does.Contain(reason));
    }

    /// <summary>Runs the command as <c>$@</c> of a script, which finds the run folder in <c>$RUN</c>.</summary>
    private static Outcome InShell(string script, string run, params string[] args)
    {
        ProcessStartInfo command = Pmoe.StartInfo(args);
        var shell = new ProcessStartInfo("bash", ["-c", script, "-", command.FileName, .. command.ArgumentList]) { RedirectStandardOutput = true, RedirectStandardError = true };
        shell.Environment["RUN"] = run;
        return Pmoe.Start(shell);
    }

    private static bool CanMount() =>
        Pmoe.Start(new ProcessStartInfo("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]) { RedirectStandardOutput = true, RedirectStandardError = true }).ExitCode == 0;
}
