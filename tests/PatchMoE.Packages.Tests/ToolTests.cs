using System.Text.Json;
using PatchMoE.Tests.Docs;

namespace PatchMoE.Packages.Tests;

/// <summary>The command as an installed tool, in a folder without this repository.</summary>
[TestFixture]
[Platform(Exclude = "Win")]
public sealed class ToolTests
{
    private static string Tool => UserMachine.File("user/home/.dotnet/tools/pmoe");

    /// <summary>As the package's readme says; the folder of packages is a source, as README says.</summary>
    [OneTimeSetUp]
    public void Install()
    {
        var terminal = new Terminal("user");
        terminal.Type(InstalledCommands.Of("README.md").Single(line => line.Text.StartsWith("dotnet nuget add source ", StringComparison.Ordinal)));
        foreach (ShellLine line in InstalledCommands.Of("src/PatchMoE.Cli/README.md"))
        {
            terminal.Type(line);
        }
    }

    /// <summary>The demo of the README, with few epochs.</summary>
    [Test]
    public void NewMnist_MakesAFolderThatTrains()
    {
        Outcome made = UserMachine.Run(Tool, "demo", "new", "mnist").Succeeded();
        Assert.That(made.Lines, Is.EqualTo(new[] { Path.Combine("mnist", "mnist-joint.json") }));
        Assert.That(Directory.EnumerateFiles(UserMachine.File("demo/mnist"), "*", SearchOption.AllDirectories).Select(Path.GetFileName), Is.EquivalentTo(new[]
        {
            "mnist-joint.json", "pmoe.schema.json", "README.md", "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz",
        }));

        Outcome trained = UserMachine.Run(Tool, "demo", "train", "mnist/mnist-joint.json", "--epochs", "3").Succeeded();
        using JsonDocument summary = JsonDocument.Parse(trained.Lines[^1]);
        Assert.That(summary.RootElement.GetProperty("testAccuracy").GetDouble(), Is.InRange(0.4, 1));

        Outcome again = UserMachine.Run(Tool, "demo", "new", "mnist");
        Assert.That(again.Status, Is.EqualTo(1));
        Assert.That(again.Error, Does.Contain("the file exists. Replace the example with --force"));
        UserMachine.Run(Tool, "demo", "new", "mnist", "--force").Succeeded();
        Assert.That(UserMachine.Run(Tool, "demo", "new", "mnist", "--size", "20", "--force").Error, Does.Contain("--size: mnist is the example"));
    }

    /// <summary>The digits come with the command.</summary>
    [Test]
    public void ReproduceMnist_NeedsNoFiles()
    {
        UserMachine.Run(Tool, "elsewhere", "reproduce", "mnist", "--seeds", "1", "--samples", "20", "--epochs", "1", "--networks", "mnist-joint").Succeeded();
        Assert.That(UserMachine.File("elsewhere/runs/reproduce-mnist/report.html"), Does.Exist);
    }
}
