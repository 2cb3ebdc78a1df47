namespace PatchMoE.TorchSharp.Tests.Loading;

/// <summary>The libtorch of this process.</summary>
[TestFixture]
public sealed class TorchRuntimeTests
{
    [Test]
    public void Devices_BeginWithTheCpu() => Assert.That(TorchDevices.Names[0], Is.EqualTo("cpu"));

    [Test]
    public void Places_NameTheApplication() => Assert.That(TorchRuntime.Places, Has.Count.EqualTo(1).And.All.StartsWith("libtorch from the application: "));
}
