using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PatchMoE.Tests.Determinism;

/// <summary>One spec, one seed, one result: whatever the processor's vectors, and with any number of threads.</summary>
internal sealed class EqualBitsTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(TrainedNetwork), nameof(TrainedNetwork.All))]
    public void EveryProcessor_LearnsTheSameBits(TrainedNetwork network)
    {
        string spec = network.Write(_folder);

        // One thread and several on the first, and then in turns: what threads do to bits does not depend on the vectors.
        Run[] runs = [.. Processor.All.Select((processor, i) => new Run(processor, threads: i % 2 == 0 ? 1 : 3, _folder)), new Run(Processor.All[0], threads: 3, _folder)];

        // The first compiles the network, and the others find it in the cache.
        runs[0].Train(spec);
        Parallel.ForEach(runs[1..], new ParallelOptions { MaxDegreeOfParallelism = 2 }, run => run.Train(spec));

        EpochMetrics[] expected = runs[0].Metrics();
        Assert.That(expected.Select(epoch => epoch.TrainLoss), Is.Unique, "Nothing was learned.");
        foreach (Run run in runs[1..])
        {
            Assert.That(run.Metrics(), Is.EqualTo(expected), run.Name);
            Assert.That(run.FirstDifference(runs[0]), Is.Null, run.Name);
        }
    }

    /// <summary>The processors of the test above differ in what they have.</summary>
    [TestCaseSource(typeof(Processor), nameof(Processor.All))]
    public void Switches_TakeInstructionsAway(Processor processor)
    {
        Outcome outcome = processor.Run("backends");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            string cpu = outcome.OutputLines[0];
            int bits = Math.Min(processor.MostBits, BitsHere);
            Assert.That(cpu, Does.Contain(bits > 0 ? $" {bits}-bit vectors" : "no vectors"));
            Assert.That(cpu.Contains("multiply-adds in software", StringComparison.Ordinal), Is.EqualTo(!processor.HasFusedMultiplyAdd || !Fma.IsSupported), cpu);
        }
    }

    private static int BitsHere => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
}
