using PatchMoE.TorchSharp.Loading;
using TorchSharp;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>libtorch is loaded once. On a platform without one the tests are ignored; on the others, one that does not load fails them.</summary>
[SetUpFixture]
internal sealed class Libtorch
{
    [OneTimeSetUp]
    public void IsLoaded()
    {
        if (TorchRuntime.Failure is { } reason)
        {
            Assert.That(NativePlatform.Current, Is.Not.AnyOf("linux-x64", "osx-arm64", "win-arm64", "win-x64"), reason);
            Assert.Ignore(reason);
        }

        // The networks are tiny: a second thread would only wait for the first.
        torch.set_num_threads(1);
    }
}
