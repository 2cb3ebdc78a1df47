namespace PatchMoE.Tests;

/// <summary>Standard output that cannot be written is said to be that, and the exit code tells.</summary>
[Platform("Linux")]
public sealed class StandardOutputTests
{
    private static readonly string Spec = Path.Combine(Repository.Root, "specs", "mnist-joint.json");

    [TestCase("\"$@\" >&-", "error: standard output: cannot be written: it is closed. Redirect it to a file, or to /dev/null.\n")]
    [TestCase("\"$@\" <&- >&-", "error: standard output: cannot be written: it is closed. Redirect it to a file, or to /dev/null.\n")]
    [TestCase("\"$@\" 1</dev/null", "error: standard output: cannot be written: it is not open for writing. Redirect it to a file, or to /dev/null.\n")]
    [TestCase("\"$@\" >/dev/full", "error: standard output: cannot be written: No space left on device. Redirect it elsewhere.\n")]
    public void AnOutputThatTakesNothing_IsNamed(string script, string message)
    {
        Outcome outcome = Shell.Run(script, ("UNUSED", ""), Pmoe.StartInfo("check", Spec));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.Error, Is.EqualTo(message));
    }

    /// <summary>The shell hands over the command's exit code by a file: that of a pipe is its last program's.</summary>
    [Test]
    public void APipeWhoseReaderHasGone_IsNamed()
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Shell.Run("{ sleep 1; \"$@\"; echo $? >\"$FILE\"; } | true", ("FILE", folder.File("status")), Pmoe.StartInfo("check", Spec));
        Assert.That(outcome.Error, Is.EqualTo("error: standard output: cannot be written: the program that reads it has ended.\n"));
        Assert.That(File.ReadAllText(folder.File("status")), Is.EqualTo("1\n"));
    }

    /// <summary>Both streams in one file: neither writes over the other.</summary>
    [Test]
    public void OneFileForBothStreams_HoldsBoth()
    {
        using var folder = new TemporaryFolder();
        string none = folder.File("none.json");
        Shell.Run("{ echo before; \"$@\"; } >\"$FILE\" 2>&1", ("FILE", folder.File("log")), Pmoe.StartInfo("check", Spec, none, Spec));
        string[] lines = File.ReadAllLines(folder.File("log"));
        Assert.That(lines, Has.Length.EqualTo(4));
        Assert.That(lines[0], Is.EqualTo("before"));
        Assert.That(lines.Count(line => line.Contains("is valid", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(lines.Count(line => line.StartsWith($"error: {none}", StringComparison.Ordinal)), Is.EqualTo(1));
    }
}
