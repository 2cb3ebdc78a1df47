using System.Text.Json;

namespace PatchMoE.Packages.Tests;

/// <summary>The command published as one file compiles a network, although the assemblies it compiles against are in no files of their own.</summary>
[TestFixture]
public sealed class SingleFileTests
{
    [TestCase("true")]
    [TestCase("false")]
    public void PublishedCommand_TrainsAndPredicts(string selfContained)
    {
        string folder = UserMachine.File($"single-{selfContained}");
        Outcome published = UserMachine.RunHere(
            "dotnet", Repository.Root, "publish", "src/PatchMoE.Cli", "-c", UserMachine.Configuration, "-p:PublishSingleFile=true", "--self-contained", selfContained, "-o", folder, "-nodeReuse:false", "-v", "quiet").Succeeded();
        Assert.That(published.All, Does.Not.Match("warning (?!NU)"));
        Assert.That(Directory.GetFiles(folder).Where(file => Path.GetExtension(file) is ".dll" or ".json" or ".xml"), Is.Empty);

        string work = $"work-{selfContained}";
        string pmoe = Path.Combine(folder, OperatingSystem.IsWindows() ? "pmoe.exe" : "pmoe");
        UserMachine.Run(pmoe, work, "new", "mnist").Succeeded();
        Outcome trained = UserMachine.Run(pmoe, work, "train", "mnist/mnist-joint.json", "--epochs", "2").Succeeded();
        using JsonDocument summary = JsonDocument.Parse(trained.Lines[^1]);
        Assert.That(summary.RootElement.GetProperty("testAccuracy").GetDouble(), Is.InRange(0.7, 1));

        var network = new SmallNetwork(UserMachine.File(work));
        Outcome predicted = UserMachine.Run(pmoe, work, "predict", network.WeightsPath, "--input", network.InputPath).Succeeded();
        Assert.That(predicted.Lines, Has.Length.EqualTo(SmallNetwork.Samples));
    }
}
