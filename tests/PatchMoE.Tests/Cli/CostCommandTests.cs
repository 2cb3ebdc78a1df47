using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary><c>cost</c>, and what other commands report for a network with a backbone.</summary>
public sealed class CostCommandTests
{
    private static string Spec(string name) => Path.Combine(Repository.Root, "specs", name + ".json");

    [Test]
    public void Cost_GivesTheNetworksBesideEachOther()
    {
        Outcome outcome = Pmoe.Run("cost", Spec("mnist-joint"), "--batch", "100");
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines.Single());
        JsonElement[] networks = [.. json.RootElement.GetProperty("networks").EnumerateArray()];
        ModelSpec model = SpecText.Read(File.ReadAllText(Spec("mnist-joint"))).Model;
        ModelSpec[] models = [model, model.AsCnn(), model.AsSampleMoE()];
        Assert.Multiple(() =>
        {
            Assert.That(outcome.ExitCode, Is.Zero);
            Assert.That(networks.Select(network => network.GetProperty("name").GetString()), Is.EqualTo(new[] { "this network", "CNN", "sample-level MoE" }));
            Assert.That(networks.Select(network => network.GetProperty("forwardFlops").GetInt64()), Is.EqualTo(models.Select(one => NetworkCost.Of(one).ForwardFlops)));
            Assert.That(networks.Select(network => network.GetProperty("stepBytes").GetInt64()), Is.EqualTo(models.Select(one => NetworkCost.Of(one).Step(100).Bytes)));
            Assert.That(outcome.Error, Does.Contain("MnistJoint: FLOPs per sample").And.Contain("batch of 100").And.Contain("1.74x"));
        });
    }

    [Test]
    public void Cost_OfABackbone_ListsEveryConvolution()
    {
        Outcome outcome = Pmoe.Run("cost", Spec("cifar-wrn-pmoe-small"));
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines.Single());
        ModelSpec model = SpecText.Read(File.ReadAllText(Spec("cifar-wrn-pmoe-small"))).Model;
        JsonElement[] parts = [.. json.RootElement.GetProperty("parts").EnumerateArray()];
        Assert.Multiple(() =>
        {
            Assert.That(parts.Sum(part => part.GetProperty("forwardFlops").GetInt64()), Is.EqualTo(NetworkCost.Of(model).ForwardFlops));
            Assert.That(
                parts.Select(part => part.GetProperty("name").GetString()),
                Is.EqualTo(model.BackboneShape()!.Convolutions.Select(one => one.Name).Concat(["layers.0.router", "layers.0.experts", "head"])));
            Assert.That(json.RootElement.GetProperty("networks").EnumerateArray().Last().GetProperty("name").GetString(), Is.EqualTo("Wide ResNet"));
            Assert.That(outcome.Error, Does.Contain("1.25x"));
        });
    }

    [Test]
    public void Cost_OfABackboneAlone_HasNothingToCompare()
    {
        Outcome outcome = Pmoe.Run("cost", Spec("cifar-wrn-small"));
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines.Single());
        Assert.That(json.RootElement.GetProperty("networks").GetArrayLength(), Is.EqualTo(1));
    }

    /// <summary>mnist-joint: 37,672 values in a step of 0.5 ms. The numbers are those of the formula in docs/cluster.md, by hand.</summary>
    [Test]
    public void Cost_PredictsStepsOnSeveralProcesses()
    {
        Outcome outcome = Pmoe.Run("cost", Spec("mnist-joint"), "--batch", "20", "--ranks", "64", "--network", "100G", "--latency", "5", "--step", "0.5");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        using JsonDocument json = JsonDocument.Parse(outcome.OutputLines.Single());
        JsonElement[] ranks = [.. json.RootElement.GetProperty("ranks").EnumerateArray()];
        long values = NetworkCost.Of(SpecText.Read(File.ReadAllText(Spec("mnist-joint"))).Model).Parameters;

        // Half of 4·P bytes twice, and three messages after each other.
        double two = (4.0 * values / 12.5e9) + (3 * 5e-6);
        Assert.Multiple(() =>
        {
            Assert.That(ranks.Select(rank => rank.GetProperty("processes").GetInt32()), Is.EqualTo(new[] { 1, 2, 4, 8, 16, 20 }), "no more than samples");
            Assert.That(ranks[0].GetProperty("speedUp").GetDouble(), Is.EqualTo(1).Within(1e-9));
            Assert.That(ranks[1].GetProperty("exchangeSeconds").GetDouble(), Is.EqualTo(two).Within(1e-12));
            Assert.That(ranks[1].GetProperty("stepSeconds").GetDouble(), Is.EqualTo(0.25e-3 + two).Within(1e-12));
            Assert.That(outcome.Error, Does.Contain("shares for no more than 20 processes").And.Contain("100 Gbit/s"));
        });
    }

    [TestCase("--network", "fast", "--network: 'fast' is not a rate in bits per second")]
    [TestCase("--network", "0G", "--network: '0G' is not a rate")]
    [TestCase("--latency", "-1", "--latency: '-1' is not a number above 0")]
    [TestCase("--step", "NaN", "--step: 'NaN' is not a number above 0")]
    public void Cost_OfAWrongNetwork_IsAUsageError(string option, string value, string message)
    {
        Outcome outcome = Pmoe.Run("cost", Spec("mnist-joint"), "--ranks", "4", option, value);
        Assert.That(outcome.ExitCode, Is.EqualTo(PatchMoE.Cli.Outputs.ExitCode.Usage));
        Assert.That(outcome.Error, Does.Contain(message));
    }

    [Test]
    public void Check_OfABackbone_SaysItsMap() => Assert.That(
        Pmoe.Run("check", Spec("cifar-wrn-pmoe-small")).Output,
        Does.EndWith("CifarWrnPmoeSmall is valid (backbone: a map of 8x8x80; layer 0: 64 patches of d = 80, 4 experts of 20 neurons, 16 each; 10 outputs; 66,394 weights).\n"));

    /// <summary>Before any data are searched for.</summary>
    [TestCase("train")]
    [TestCase("train", "--backend", "reference")]
    [TestCase("eval", "--weights", "none.safetensors")]
    public void BackendWithoutBackbones_SaysWhichHasThem(string command, params string[] options)
    {
        Outcome outcome = Pmoe.Run([command, Spec("cifar-wrn-small"), .. options]);
        Assert.Multiple(() =>
        {
            Assert.That(outcome.ExitCode, Is.EqualTo(1));
            Assert.That(outcome.ErrorLines.Single(), Does.StartWith("error: model.backbone: the backend ").And.EndWith("CifarWrnSmall has a backbone. Use --backend torch."));
        });
    }

    [Test]
    public void Emit_OfABackbone_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Outcome outcome = Pmoe.Run("emit", Spec("cifar-wrn-small"), "--out", folder.File("out"));
        Assert.Multiple(() =>
        {
            Assert.That(outcome.ExitCode, Is.EqualTo(1));
            Assert.That(outcome.ErrorLines.Single(), Does.StartWith("error: model.backbone: The spec 'CifarWrnSmall' has a backbone, but code is generated for pMoE layers only."));
            Assert.That(Directory.Exists(folder.File("out")), Is.False);
        });
    }
}
