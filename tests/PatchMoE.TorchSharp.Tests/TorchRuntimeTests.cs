namespace PatchMoE.TorchSharp.Tests;

/// <summary>Why libtorch does not load is said in one line.</summary>
public class TorchRuntimeTests
{
    private const string Head = "Unable to load shared library 'LibTorchSharp' or one of its dependencies. In order to help diagnose loading problems, …\n";

    [TestCase(
        Head + "/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)\n/app/LibTorchSharp.so: cannot open shared object file: No such file or directory",
        "/lib/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by /app/libLibTorchSharp.so)")]
    [TestCase(
        Head + "/app/LibTorchSharp.so: cannot open shared object file: No such file or directory\nlibLibTorchSharp: cannot open shared object file: No such file or directory\n",
        "there is no LibTorchSharp beside the application")]
    [TestCase(
        "Unable to load DLL 'LibTorchSharp' or one of its dependencies: The specified module could not be found. (0x8007007E)",
        "Unable to load DLL 'LibTorchSharp' or one of its dependencies: The specified module could not be found. (0x8007007E)")]
    public void Reason_IsTheLoadersLineThatSaysMost(string message, string expected) =>
        Assert.That(TorchRuntime.Reason(message, "LibTorchSharp"), Is.EqualTo(expected));

    [Test]
    public void Devices_BeginWithTheCpu() => Assert.That(TorchDevices.Names[0], Is.EqualTo("cpu"));
}
