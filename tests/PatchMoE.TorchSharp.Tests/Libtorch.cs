using TorchSharp;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>On a system where libtorch does not load, these tests are passed over, and say why.</summary>
[SetUpFixture]
internal sealed class Libtorch
{
    [OneTimeSetUp]
    public void IsLoaded()
    {
        if (TorchRuntime.Failure is { } reason)
        {
            Assert.Ignore(reason);
        }

        // The networks are tiny: a second thread would only wait for the first.
        torch.set_num_threads(1);
    }
}
