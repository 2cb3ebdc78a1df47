using System.CommandLine;
using System.Text.RegularExpressions;
using PatchMoE.Cli;
using PatchMoE.Cli.Help;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Tests.Docs;

/// <summary>Each documented command is one that the command line takes, and those that take no time do what they say.</summary>
public sealed partial class CommandLineDocsTests
{
    /// <summary>Commands that take less than a second and write nothing but to standard output.</summary>
    private static readonly string[] s_cheap = ["check", "cost", "backends", "help", "completion"];

    private static IEnumerable<TestCaseData> Documents => CommandLines.All.Select(command => command.Place.Split(':')[0]).Distinct().Select(file => new TestCaseData(file).SetArgDisplayNames(file));

    private static IEnumerable<DocumentedCommand> Cheap => CommandLines.All
        .Where(command => command.IsWhole && s_cheap.Contains(command.Arguments[0]) && command.Arguments.Where(IsSpec).All(spec => File.Exists(Path.Combine(Repository.Root, spec))))
        .DistinctBy(command => string.Join(' ', command.Arguments));

    [TestCaseSource(nameof(Documents))]
    public void EveryCommand_IsTaken(string file)
    {
        var line = new CommandLine(new CommandContext(TextWriter.Null, TextWriter.Null, CancellationToken.None));
        Assert.Multiple(() =>
        {
            foreach (DocumentedCommand command in CommandLines.All.Where(command => command.Place.StartsWith(file + ":", StringComparison.Ordinal)))
            {
                ParseResult parsed = line.Parse(command.Arguments);
                IEnumerable<string> mistakes = UsageMistakes.Of(parsed);

                // A mention may leave out what its sentence does not need, and have a word in capitals for a value.
                mistakes = command.IsWhole ? mistakes : mistakes.Where(mistake => !mistake.Contains("equired", StringComparison.Ordinal) && !Placeholder().IsMatch(mistake));
                Assert.That(mistakes, Is.Empty, command.ToString());
            }
        });
    }

    [TestCaseSource(nameof(Cheap))]
    public void ACheapCommand_IsDone(DocumentedCommand command)
    {
        string[] arguments = [.. command.Arguments.Select(argument => IsSpec(argument) ? Path.Combine(Repository.Root, argument) : argument)];
        Outcome outcome = Pmoe.Run(arguments);
        Assert.That((outcome.ExitCode, outcome.Output.Length > 0 || arguments[0] == "check"), Is.EqualTo((0, true)), outcome.Error);
    }

    /// <summary>The reader of commands reads some.</summary>
    [Test]
    public void ThereAreCommands() => Assert.Multiple(() =>
    {
        Assert.That(CommandLines.All.Count(command => command.IsWhole), Is.GreaterThan(50));
        Assert.That(Cheap.Count(), Is.GreaterThan(1));
        Assert.That(CommandLines.All.Where(command => command.Place.StartsWith("README.md", StringComparison.Ordinal)).Select(command => command.Arguments[0]), Does.Contain("train").And.Contain("new"));
    });

    [TestCase("docs/training.md", "pmoe train a.json --epoch 3", "--epochs")]
    public void AMistake_IsFound(string place, string text, string suggestion)
    {
        var line = new CommandLine(new CommandContext(TextWriter.Null, TextWriter.Null, CancellationToken.None));
        Assert.That(UsageMistakes.Of(line.Parse(text.Split(' ')[1..])).Single(), Does.Contain(suggestion), place);
    }

    [GeneratedRegex("'[A-Z]+'")]
    private static partial Regex Placeholder();

    private static bool IsSpec(string argument) => argument.EndsWith(".json", StringComparison.Ordinal);
}
