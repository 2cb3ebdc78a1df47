using System.CommandLine;
using System.Diagnostics;
using PatchMoE.Cli;
using PatchMoE.Cli.Help;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Training;
using TextTable = PatchMoE.Cli.Outputs.TextTable;

namespace PatchMoE.Tests;

/// <summary>What <c>pmoe</c> says to a person at a terminal.</summary>
public sealed class TerminalTests
{
    private static readonly Command s_root = Line().Parse([]).RootCommandResult.Command;

    private static IEnumerable<string> CommandNames => s_root.Subcommands.Where(command => !command.Hidden).Select(command => command.Name);

    [TestCase("there is no command 'trian'. Did you mean 'train'?", "trian", "a.json")]
    [TestCase("there is no option '--sede' of 'pmoe train'. Did you mean '--seed'?", "train", "--sede", "3", "a.json")]
    [TestCase("there is no option '--sede' of 'pmoe train'. Did you mean '--seed'?", "train", "a.json", "--sede=3")]
    [TestCase("there is no option '-o' of 'pmoe train'.", "train", "a.json", "-o", "runs")]
    [TestCase("there is no command 'trai'. Did you mean 'train'?", "help", "trai")]
    public void AMisspeltWord_IsOneMistake_WithWhatWasPerhapsMeant(string message, params string[] args)
    {
        Outcome outcome = Pmoe.Run(args);
        Assert.That((outcome.ExitCode, outcome.ErrorLines[0], outcome.ErrorLines.Length), Is.EqualTo((2, $"error: {message}", 2)));
    }

    /// <summary>A value of an option may begin like one.</summary>
    [Test]
    public void AValueOfAnOption_IsNoOption() =>
        Assert.That(UsageMistakes.Of(Line().Parse(["sweep", "grid.json", "--slurm", "--sbatch=--partition=cpu"])), Is.Empty);

    [TestCase("quickly")]
    [TestCase("--")]
    public void AWordNearNothing_IsNotGuessed(string word) => Assert.That(Pmoe.Run(word).Error, Does.Not.Contain("Did you mean"));

    [TestCaseSource(nameof(CommandNames))]
    public void EveryHelp_HasExamples_ThatTheCommandTakes(string name)
    {
        Outcome asked = Pmoe.Run(name, "--help");
        IReadOnlyList<CommandExample> examples = CommandExamples.Of(name);
        Assert.Multiple(() =>
        {
            Assert.That(Pmoe.Run("help", name).Output, Is.EqualTo(asked.Output));
            foreach (CommandExample example in examples)
            {
                Assert.That(asked.Output, Does.Contain($"  # {example.About}\n  {example.Line}\n"));
                string[] words = example.Line.Split(" >> ")[0].Split(' ');
                ParseResult parsed = Line().Parse(words[1..]);
                Assert.That((parsed.CommandResult.Command.Name, string.Join(' ', UsageMistakes.Of(parsed))), Is.EqualTo((name, "")), example.Line);
            }
        });
    }

    [Test]
    public void NoTwoCommands_ShareTheirExamples() =>
        Assert.That(CommandNames.Select(name => CommandExamples.Of(name)[0].Line.Split(' ')[1]), Is.EqualTo(CommandNames));

    [Test]
    [Platform("Linux,MacOsX")]
    public void Bash_Completes()
    {
        const string Ask = """
            source /dev/stdin
            ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _pmoe; echo "${COMPREPLY[*]}"; }
            ask pmoe tr; ask pmoe train a.json --see; ask pmoe train a.json --backend ""; ask pmoe completion ""; ask pmoe reproduce mn; ask pmoe train sp; ask pmoe help tr
            complete -p pmoe
            """;
        var start = new ProcessStartInfo("bash", ["--norc", "-c", Ask]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process bash = Process.Start(start)!;
        bash.StandardInput.Write(Pmoe.Run("completion", "bash").Output);
        bash.StandardInput.Close();
        Outcome outcome = Pmoe.Finish(bash);
        Assert.That(outcome.Error, Is.Empty);
        Assert.That(outcome.Output.Split('\n')[..8], Is.EqualTo(new[]
        {
            "train", "--seed --seeds", "cpu ilgpu reference torch", "bash pwsh zsh", "mnist", "", "train", "complete -o bashdefault -o default -F _pmoe pmoe",
        }));
    }

    [TestCase("zsh", "compdef _pmoe pmoe")]
    [TestCase("pwsh", "Register-ArgumentCompleter -Native -CommandName pmoe")]
    public void OtherShells_GetTheWholeTable(string shell, string registration)
    {
        string script = Pmoe.Run("completion", shell).Output;
        Assert.That(script, Does.Contain(registration).And.Contain("--tensorboard"));
        Assert.That(CommandNames, Is.All.Matches<string>(name => script.Contains(name!, StringComparison.Ordinal)));
    }

    [Test]
    public void ATableThatFits_StaysAsItIs()
    {
        string[][] rows = [["run", "weights"], ["a", "1"]];
        Assert.That(TextTable.Fit(rows, 80), Is.EqualTo(new[] { rows }));
    }

    [Test]
    public void AWideTable_IsTurnedOver()
    {
        string[][] rows = [["run", "weights", "accuracy"], ["a", "1", "2"]];
        Assert.That(TextTable.Fit(rows, 20).Single(), Is.EqualTo(new[] { new[] { "run", "a" }, ["weights", "1"], ["accuracy", "2"] }));
    }

    [Test]
    public void ATableWideBothWays_IsCut_AndEachPartHasTheNames()
    {
        string[] Row(int i) => [$"run {i}", .. Enumerable.Range(0, 10).Select(column => $"value {column}")];
        string[][] rows = [.. Enumerable.Range(0, 10).Select(Row)];
        IReadOnlyList<IReadOnlyList<string[]>> parts = TextTable.Fit(rows, 40);
        Assert.That(parts.SelectMany(part => part).Select(row => 1 + row.Sum(cell => cell.Length + 3)), Is.All.LessThanOrEqualTo(40));
        Assert.That(parts.Select(part => part.Select(row => row[0])), Is.All.EqualTo(rows.Select(row => row[0])));
        Assert.That(Enumerable.Range(0, 10).Select(i => parts.SelectMany(part => part[i][1..])), Is.EqualTo(rows.Select(row => row[1..])));
    }

    /// <summary>A linear loss that falls to −32,000 would look like divergence.</summary>
    [Test]
    public void RoutersThatLearnAlone_HaveAMargin_WhichGrows()
    {
        var epoch = new EpochMetrics(TrainingPhase.Routers, 3, 0.1, -32_133.68, -30_000, null, 0.933, 1000);
        Assert.That(ProgressText.Epoch(epoch, 100), Is.EqualTo("routers epoch 3/100: margin 32133.7, test margin 30000.0, router hits 0.9330"));
        var later = new EpochMetrics(TrainingPhase.Experts, 1, 0.1, 0.5, 0.25, 0.75, null, 1000);
        Assert.That(ProgressText.Epoch(later, 4), Is.EqualTo("experts epoch 1/4: loss 0.5000, test loss 0.2500, test accuracy 0.7500"));
    }

    [Test]
    public void TheSummary_HasThreeLines_AndTheNextCommand()
    {
        using var place = new TemporaryFolder();
        using RunFolder folder = RunFolder.Open(place.File("a run"));
        Run run = Run.Of(Specs.Separate(Specs.Vectors, Specs.Synthetic));
        TrainingResult result = run.Train();
        PatchMoESpec spec = run.Model.Spec;
        string[] lines = [.. TrainingText.Lines(spec, "my spec.json", result, folder)];
        TrainingSpec training = spec.Training!;
        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Length.EqualTo(4));
            Assert.That(lines[0], Does.StartWith($"{spec.Name}: test accuracy ").And.Contain("router hits"));
            Assert.That(lines[1], Does.StartWith(FormattableString.Invariant($"trained  {training.RouterEpochs} epochs of routers, then {training.Epochs} epochs of experts, in ")));
            Assert.That(lines[2], Does.EndWith("/a run': weights.safetensors, report.html"));
            Assert.That(lines[3], Does.StartWith("next     pmoe route 'my spec.json' --weights '").And.EndWith("weights.safetensors' --out routes.svg"));
            string stopped = TrainingText.Lines(spec, "my spec.json", result with { Interrupted = true }, folder).Last();
            Assert.That(stopped, Does.StartWith("next     pmoe train 'my spec.json' --resume --out '"));
        });
    }

    [TestCase("plain/path.json", "plain/path.json")]
    [TestCase("it's here", "'it'\\''s here'")]
    [TestCase("", "''")]
    [Platform(Exclude = "Win")]
    public void APathToCopy_IsQuotedWhereAShellNeedsIt(string word, string quoted) => Assert.That(ShellWord.Of(word), Is.EqualTo(quoted));

    private static CommandLine Line() => new(new CommandContext(TextWriter.Null, TextWriter.Null, CancellationToken.None));
}
