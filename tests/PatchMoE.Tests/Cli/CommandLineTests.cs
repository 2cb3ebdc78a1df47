namespace PatchMoE.Tests;

public sealed class CommandLineTests
{
    [TestCase("there is no command 'chek'", "chek", "a.json")]
    [TestCase("'check'", "check")]
    [TestCase("'--what'", "check", "a.json", "--what")]
    [TestCase("'--weights' is required", "run", "a.json", "--input", "x", "--output", "y")]
    [TestCase("--gradients needs --labels", "run", "a.json", "--weights", "w", "--input", "x", "--output", "y", "--gradients", "g")]
    [TestCase("--threads: '0' is not a whole number from 1 to 1024", "run", "a.json", "--weights", "w", "--input", "x", "--output", "y", "--threads", "0")]
    [TestCase("--threads: 'two' is not a whole number", "run", "a.json", "--weights", "w", "--input", "x", "--output", "y", "--threads", "two")]
    [TestCase("'gpu'", "run", "a.json", "--weights", "w", "--input", "x", "--output", "y", "--backend", "gpu")]
    [TestCase("--seed: '-1'", "init", "a.json", "--weights", "w", "--seed", "-1")]
    [TestCase("--namespace: 'A.class' is not a C# namespace", "emit", "a.json", "--out", "d", "--namespace", "A.class")]
    [TestCase("--resume", "train", "a.json", "--resume", "--force")]
    [TestCase("--epochs: '0'", "train", "a.json", "--epochs", "0")]
    [TestCase("--labels and --lengths need --input", "route", "a.json", "--weights", "w", "--out", "o.svg", "--labels", "y")]
    [TestCase("leave out --input", "route", "a.json", "--weights", "w", "--out", "o.svg", "--input", "x", "--seed", "1")]
    [TestCase("--batch: '0' is not a whole number", "bench", "a.json", "--batch", "0")]
    [TestCase("--runs: 'many'", "bench", "a.json", "--runs", "many")]
    [TestCase("'imagenet'", "reproduce", "imagenet")]
    [TestCase("--samples: each is a whole number from 2", "reproduce", "mnist", "--samples", "100", "1")]
    [TestCase("'mnist-none'", "reproduce", "mnist", "--networks", "mnist-none")]
    public void AWrongCommandLine_SaysWhatAndWhereHelpIs(string message, params string[] args)
    {
        Outcome outcome = Pmoe.Run(args);
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(outcome.Error, Does.Contain(message).And.Contain("--help'"));
    }

    [Test]
    public void NoArguments_ShowTheCommandsOnStandardError()
    {
        Outcome outcome = Pmoe.Run();
        Assert.That(outcome.ExitCode, Is.EqualTo(2));
        Assert.That(outcome.Output, Is.Empty);
        Assert.That(outcome.Error, Does.Contain("check").And.Contain("train"));
    }

    [Test]
    public void Help_IsAskedFor_SoItGoesToStandardOutput()
    {
        Outcome outcome = Pmoe.Run("run", "--help");
        Assert.That(outcome.ExitCode, Is.Zero);
        Assert.That(outcome.Output, Does.Contain("--gradients").And.Contain("--lengths"));
        Assert.That(outcome.Error, Is.Empty);
    }

    [Test]
    public void Debug_ShowsTheStackTrace_AndOnlyThen()
    {
        Assert.That(Pmoe.Run("check", "none.json").Error, Does.Not.Contain("   at "));
        Assert.That(Pmoe.Run("check", "none.json", "--debug").Error, Does.Contain("   at "));
    }

    [Test]
    public void Backends_ListsAllWithWhatToDo()
    {
        Outcome outcome = Pmoe.Run("backends");
        Assert.That(outcome.ExitCode, Is.Zero);
        Assert.That(
            outcome.OutputLines.Where(line => line[0] != ' ').Select(line => line.Split(' ')[0]), Is.EqualTo(new[] { "cpu", "reference", "ilgpu", "torch" }));
        Assert.That(outcome.OutputLines[0], Does.Contain("yes").And.Contain("vectors").And.Contain($"{Environment.ProcessorCount} cores"));
    }
}
