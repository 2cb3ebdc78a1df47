using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary><c>bench</c>: what it prints, not how fast anything is.</summary>
[Category("Long")]
public sealed class BenchCommandTests
{
    private TemporaryFolder _folder = null!;
    private string _spec = null!;

    [SetUp]
    public void CreateFolder()
    {
        _folder = new TemporaryFolder();
        _spec = _folder.File("small.json");
        File.WriteAllText(_spec, SpecText.Of(layers: SpecText.Gated));
    }

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Cpu_GivesEveryPassWithItsCostAndTheLimitThatBinds()
    {
        Outcome outcome = Pmoe.Run("bench", _spec, "--batch", "6", "--threads", "2", "--runs", "5");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.OutputLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("batch 6").And.Contain("GFLOP/s").And.Contain("bound by"));

        using JsonDocument json = JsonDocument.Parse(outcome.Output);
        Assert.That(json.RootElement.GetProperty("batch").GetInt32(), Is.EqualTo(6));
        Assert.That(json.RootElement.GetProperty("limits").GetProperty("threads").GetInt32(), Is.EqualTo(2));
        Assert.That(json.RootElement.GetProperty("limits").GetProperty("memoryBytesPerSecond").GetDouble(), Is.Positive);

        NetworkCost cost = NetworkCost.Of(SpecText.Read(File.ReadAllText(_spec)).Model);
        AssertPass(json, "route", cost.Route(6));
        AssertPass(json, "forward", cost.Forward(6));
        AssertPass(json, "gradients", cost.LossAndGradients(6));
        AssertPass(json, "step", cost.Step(6));
    }

    [Test]
    public void Reference_IsTimedWithoutLimits_ForItIsNotMadeToReachThem()
    {
        Outcome outcome = Pmoe.Run("bench", _spec, "--batch", "2", "--runs", "3", "--backend", "reference");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        using JsonDocument json = JsonDocument.Parse(outcome.Output);
        Assert.That(json.RootElement.GetProperty("backend").GetString(), Is.EqualTo("reference"));
        Assert.That(json.RootElement.TryGetProperty("limits", out _), Is.False);
        JsonElement forward = json.RootElement.GetProperty("passes").GetProperty("forward");
        Assert.That(forward.TryGetProperty("share", out _), Is.False);
        Assert.That(forward.GetProperty("runs").GetInt32(), Is.EqualTo(3));
    }

    [Test]
    public void Dense_HasNoRoutes()
    {
        File.WriteAllText(_spec, SpecText.Of(layers: SpecText.Dense));
        Outcome outcome = Pmoe.Run("bench", _spec, "--batch", "2", "--threads", "1", "--runs", "3");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        using JsonDocument json = JsonDocument.Parse(outcome.Output);
        Assert.That(json.RootElement.GetProperty("passes").EnumerateObject().Select(pass => pass.Name), Is.EqualTo(new[] { "forward", "gradients", "step" }));
    }

    [Test]
    public void CtrlC_EndsIt()
    {
        Outcome outcome = Pmoe.Run(new CancellationToken(canceled: true), "bench", _spec);
        Assert.That(outcome.ExitCode, Is.EqualTo(130));
        Assert.That(outcome.Output, Is.Empty);
    }

    [Test]
    public void AMissingSpec_IsOneMessage()
    {
        Outcome outcome = Pmoe.Run("bench", _folder.File("none.json"));
        Assert.That(outcome.ExitCode, Is.EqualTo(1));
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(outcome.Error, Does.Contain("none.json"));
    }

    private static void AssertPass(JsonDocument json, string name, PassCost cost)
    {
        JsonElement pass = json.RootElement.GetProperty("passes").GetProperty(name);
        Assert.That(pass.GetProperty("flops").GetInt64(), Is.EqualTo(cost.Flops), name);
        Assert.That(pass.GetProperty("bytes").GetInt64(), Is.EqualTo(cost.Bytes), name);
        Assert.That(pass.GetProperty("seconds").GetDouble(), Is.Positive, name);
        Assert.That(pass.GetProperty("flopsPerSecond").GetDouble(), Is.EqualTo(cost.Flops / pass.GetProperty("seconds").GetDouble()).Within(1e-6).Percent, name);
        Assert.That(pass.GetProperty("boundBy").GetString(), Is.AnyOf("compute", "bandwidth"), name);
        Assert.That(pass.GetProperty("share").GetDouble(), Is.EqualTo(pass.GetProperty("limitSeconds").GetDouble() / pass.GetProperty("seconds").GetDouble()).Within(1e-6).Percent, name);
    }
}
