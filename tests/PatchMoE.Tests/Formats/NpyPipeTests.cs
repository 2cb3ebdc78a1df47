namespace PatchMoE.Tests;

/// <summary>Arrays from streams that cannot seek and do not say how long they are.</summary>
public sealed class NpyPipeTests
{
    private static readonly byte[] Small = NumpyFile.Of("<f4", [2, 3], NumpyFile.Bytes(1, 2, 3, 4, 5, 6));

    [Test]
    public void APipe_IsReadAsAFileIs() =>
        Assert.That(Read(Small).Values<float>(), Is.EqualTo(new float[] { 1, 2, 3, 4, 5, 6 }));

    [Test]
    public void AnArrayLargerThanTheFirstAllocation_IsReadInFull()
    {
        byte[] bytes = [.. Enumerable.Range(0, (1 << 20) + 12345).Select(i => (byte)(i * 31))];
        Assert.That(Read(NumpyFile.Of("|u1", [bytes.Length], bytes)).Values<byte>(), Is.EqualTo(bytes));
    }

    [Test]
    public void AHeaderThatClaimsTooMuch_TakesNoMoreMemoryThanThereAreBytes()
    {
        byte[] file = NumpyFile.Of("<f4", [2000000000], NumpyFile.Bytes(1, 2, 3));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(() => Read(file), Throws.TypeOf<BadInputException>().With.Message.Contains("7999999988 of the 8000000000 bytes of its 2000000000 values are missing"));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(16 << 20));
    }

    [Test]
    public void AnEndlessPipe_IsReadNoFurtherThanNeeded()
    {
        static IEnumerable<byte> Endless(IEnumerable<byte> start)
        {
            foreach (byte value in start)
            {
                yield return value;
            }

            while (true)
            {
                yield return 0;
            }
        }

        var endless = new OneWayStream(Endless(Small));
        Assert.That(() => NpyFile.Read(endless, "file"), Throws.TypeOf<BadInputException>().With.Message.Contains("extra bytes follow the 24 bytes"));
        Assert.That(endless.Taken, Is.LessThan(Small.Length + 100));

        var zeros = new OneWayStream(Endless([]));
        Assert.That(() => NpyFile.Read(zeros, "file"), Throws.TypeOf<BadInputException>().With.Message.Contains("not a .npy or .npz file"));
        Assert.That(zeros.Taken, Is.LessThan(100));
    }

    [Test]
    public void EveryTruncationIsRefused() =>
        Assert.That(HostileBytes.Refused(HostileBytes.Truncations(Small), file => Read(file)), Is.EqualTo(Small.Length));

    [Test]
    public void RandomDamageGivesAnErrorOrAnArray() =>
        Assert.That(HostileBytes.Refused(HostileBytes.Damages(Small, 5000), file => Read(file)), Is.GreaterThan(2500));

    [Test]
    [Platform("Linux,Unix,MacOsX")]
    public void ANamedPipe_IsRead()
    {
        using var folder = new TemporaryFolder();
        string pipe = folder.File("pipe");
        using (System.Diagnostics.Process made = System.Diagnostics.Process.Start("mkfifo", [pipe]))
        {
            made.WaitForExit();
        }

        Task writer = Task.Run(() => File.WriteAllBytes(pipe, Small));
        Assert.That(NpyFile.Read(pipe).Length, Is.EqualTo(6));
        writer.Wait();
    }

    private static NpyArray Read(byte[] file) => NpyFile.Read(new OneWayStream(file), "file");
}
