using System.Diagnostics;

namespace PatchMoE.Tests.Training;

[NonParallelizable]
public sealed class PeakMemoryTests
{
    /// <summary>The system may count it between the two questions.</summary>
    [Test]
    public void Bytes_AreWhatTheProcessSays()
    {
        using Process process = Process.GetCurrentProcess();
        long before = process.PeakWorkingSet64;
        long? bytes = PeakMemory.Bytes();
        process.Refresh();
        Assert.That(bytes, Is.InRange(before, process.PeakWorkingSet64));
    }

    [Test]
    public void Bytes_GrowWithWhatIsUsed()
    {
        long? before = PeakMemory.Bytes();
        byte[] used = GC.AllocateUninitializedArray<byte>((int)Math.Min(before!.Value, 1 << 30));
        used.AsSpan().Fill(1);
        Assert.That(PeakMemory.Bytes(), Is.GreaterThan(before));
        GC.KeepAlive(used);
    }
}
