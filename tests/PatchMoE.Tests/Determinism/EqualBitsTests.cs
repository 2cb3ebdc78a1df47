using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace PatchMoE.Tests.Determinism;

/// <summary>One spec, one seed, one result: whatever the processor's vectors, and with any number of threads.</summary>
[Category("Long")]
internal sealed class EqualBitsTests
{
    private TemporaryFolder _folder = null!;

    /// <summary>Trains all networks: those of a processor and a number of threads in one process.</summary>
    [OneTimeSetUp]
    public void TrainAll()
    {
        _folder = new TemporaryFolder();
        string[] specs = [.. TrainedNetwork.All.Select(network => network.Write(Directory.CreateDirectory(FolderOf(network)).FullName))];

        // The first compiles the networks, and the others find them in the cache.
        Train(0);
        Parallel.For(1, Runs(TrainedNetwork.All[0]).Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, Train);

        void Train(int i)
        {
            IEnumerable<string[]> calls = TrainedNetwork.All.Zip(specs, (network, spec) => Runs(network)[i].Command(spec));
            Outcome outcome = Processor.All[i % Processor.All.Count].Run(SecondProcess.Start(_folder.File($"{i}.calls"), calls));
            Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        }
    }

    [OneTimeTearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(TrainedNetwork), nameof(TrainedNetwork.All))]
    public void EveryProcessor_LearnsTheSameBits(TrainedNetwork network)
    {
        Run[] runs = Runs(network);
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

    private string FolderOf(TrainedNetwork network) => _folder.File(network.Name);

    /// <summary>One thread and several on the first, and in turns on the others: what threads do to bits does not depend on the vectors.</summary>
    private Run[] Runs(TrainedNetwork network) =>
        [.. Processor.All.Select((processor, i) => new Run(processor, threads: i % 2 == 0 ? 1 : 3, FolderOf(network))), new Run(Processor.All[0], threads: 3, FolderOf(network))];

    private static int BitsHere => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;
}
