using System.Diagnostics;

namespace PatchMoE.Tests.Docs;

/// <summary>
/// The commands of each document, one after another in one folder, as a reader would type them. What makes them quick is appended: one epoch, one seed. The folder is the process's current
/// one, so nothing else runs meanwhile.
/// </summary>
[Category("Long")]
[NonParallelizable]
public sealed class DocumentWalkTests
{
    private static readonly string s_digits = Path.Combine(Repository.Root, "data", "mnist");

    private static IEnumerable<TestCaseData> Documents => Walked.Select(line => line.File).Distinct().Select(file => new TestCaseData(file).SetArgDisplayNames(file));

    private static IEnumerable<ShellLine> Walked => ShellLines.All.Where(line => CommandRules.All.Any(rule => rule is Walked && rule.Takes(line)));

    [TestCaseSource(nameof(Documents))]
    public void EveryCommand_IsDone(string file)
    {
        using var workspace = new DocumentWorkspace();
        ShellLine[] lines = [.. Walked.Where(line => line.File == file).DistinctBy(line => line.Text)];
        Prepare(workspace, file, lines);
        Assert.Multiple(() =>
        {
            foreach (ShellLine line in lines)
            {
                string[] arguments = Quick(workspace, CommandRules.Arguments(line)!);
                long start = Stopwatch.GetTimestamp();
                Outcome outcome = Pmoe.Run(arguments);
                TestContext.Out.WriteLine($"{line}\n  pmoe {string.Join(' ', arguments)}: {Stopwatch.GetElapsedTime(start).TotalSeconds:0.00} s\n  {outcome.Output.Split('\n')[0]}");
                Assert.That(outcome.ExitCode, Is.Zero, $"{line}\n{outcome.Error}");
                AssertDone(line, arguments, outcome);
            }
        });
    }

    /// <summary>What a document takes for granted, and its commands do not make.</summary>
    private static void Prepare(DocumentWorkspace workspace, string file, ShellLine[] lines)
    {
        bool Names(string text) => lines.Any(line => line.Text.Contains(text, StringComparison.Ordinal));
        if (Names("photos.json") && !Names("pmoe new photos"))
        {
            Done("new", "photos");
            Done("train", "photos.json", "--epochs", "1");
        }

        if (Names("predict weights.safetensors"))
        {
            Done("new", "photos", "--out", "given.json");
            Done("train", "given.json", "--epochs", "1", "--out", "given");
            File.Copy("given/weights.safetensors", "weights.safetensors");
        }

        if (Names("--weights weights.safetensors"))
        {
            Done("init", "specs/mnist-joint.json", "--weights", "weights.safetensors");
        }

        if (Names("phase.json"))
        {
            workspace.WriteSweep("phase.json", DocumentFiles.Blocks.First(block => block.File == file && block.Language == "json").Text.Replace("\"to\": 6", "\"to\": 2", StringComparison.Ordinal));
        }
    }

    private static void Done(params string[] arguments)
    {
        Outcome outcome = Pmoe.Run(arguments);
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
    }

    /// <summary>The arguments, and what makes the command quick and keeps it on this machine.</summary>
    private static string[] Quick(DocumentWorkspace workspace, string[] arguments)
    {
        arguments = [.. arguments.Select(word => word.StartsWith("/shared/", StringComparison.Ordinal) ? workspace.File(word[1..]) : word)];
        return arguments switch
        {
            // A set of the same format.
            ["train", .., "--data", _] => [.. arguments[..^1], s_digits, "--epochs", "1"],
            ["train", .., "--epochs", _] => [.. arguments[..^1], "1"],
            ["train", ..] => [.. arguments, "--epochs", "1"],
            ["theory", .., "--orders"] or ["theory", .., "--weights", _] => arguments,
            ["theory", ..] => [.. arguments, "--epochs", "1", "--seeds", "1", "--l", "1", "2"],
            ["reproduce", ..] => [.. arguments, "--epochs", "1", "--seeds", "1", "--samples", "20"],
            ["sweep", ..] when arguments.Contains("--slurm") => [.. arguments, "--dry-run"],
            _ => arguments,
        };
    }

    /// <summary>What the command is for is there.</summary>
    private static void AssertDone(ShellLine line, string[] arguments, Outcome outcome)
    {
        foreach ((string option, string value) in arguments.Zip(arguments[1..]).Where(pair => pair.First is "--out" or "--onnx" or "--output"))
        {
            Assert.That(Path.Exists(value) || arguments.Contains("--dry-run"), $"{line}: {option} {value}");
        }

        switch (arguments[0])
        {
            case "new":
                Assert.That(File.Exists(outcome.Output.Trim()), line.ToString());
                break;

            case "train":
                string weights = outcome.Output.Split("\"weights\":\"")[1].Split('"')[0];
                Assert.That((File.Exists(weights), File.Exists(Path.Combine(Path.GetDirectoryName(weights)!, "report.html"))), Is.EqualTo((true, true)), line.ToString());
                break;

            case "predict":
                Assert.That(outcome.Output, Does.Match(@"^\S+ [01]\.\d\d\n"), line.ToString());
                break;

            case "check" or "sweep":
                break;

            default:
                Assert.That(outcome.Output.Length > 0 || arguments.Any(argument => argument is "--out" or "--onnx"), line.ToString());
                break;
        }
    }
}
