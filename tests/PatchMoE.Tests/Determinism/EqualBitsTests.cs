using System.Runtime.InteropServices;

namespace PatchMoE.Tests.Determinism;

/// <summary>One spec, one seed, one result: whatever the processor's vectors, and with any number of threads.</summary>
internal sealed class EqualBitsTests
{
    private static readonly int[] s_threads = [1, 3];

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void CreateFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [TestCaseSource(typeof(TrainedNetwork), nameof(TrainedNetwork.All))]
    public void EveryProcessor_LearnsTheSameBits(object network)
    {
        string spec = ((TrainedNetwork)network).Write(_folder);
        Run[] runs = [.. Processor.All.SelectMany(processor => s_threads, (processor, threads) => new Run(processor, threads, _folder))];

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

    /// <summary>The processors of the test above differ.</summary>
    [TestCaseSource(typeof(Processor), nameof(Processor.All))]
    public void Switches_TakeInstructionsAway(object processor)
    {
        var switched = (Processor)processor;
        string line = switched.Run("backends").OutputLines[0];
        string[] wider = [.. new[] { 128, 256, 512 }.Where(bits => bits > switched.MostBits).Select(bits => $"{bits}-bit")];
        if (RuntimeInformation.ProcessArchitecture == Architecture.X64)
        {
            Assert.That(wider.Where(line.Contains), Is.Empty, line);
            Assert.That(switched.MostBits > 0 || line.Contains("no vectors", StringComparison.Ordinal), line);
            Assert.That(switched.HasFusedMultiplyAdd || line.Contains("multiply-adds in software", StringComparison.Ordinal), line);
        }
    }
}
