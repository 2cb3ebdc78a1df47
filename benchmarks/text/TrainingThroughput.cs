using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PatchMoE.Compiler;
using PatchMoE.Documents;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.TextBaselines;

/// <summary>How many tokens a second a training takes on one thread, their vectors learnt with the network; and the same tokens in files, for <c>throughput.py</c>.</summary>
internal static class TrainingThroughput
{
    /// <summary>Prints the median over the epochs but the first, as CSV.</summary>
    /// <param name="spec">A spec whose embedding is trained.</param>
    /// <param name="specFolder">The folder that its data are relative to.</param>
    /// <param name="folder">Where the tokens are written.</param>
    /// <param name="epochs">How many epochs to train.</param>
    /// <param name="optimizer">The optimizer, in place of the spec's.</param>
    public static void Print(PatchMoESpec spec, string specFolder, string folder, int epochs, OptimizerKind optimizer)
    {
        TrainingSpec training = spec.Training! with { Epochs = epochs, Optimizer = OptimizerSpec.Of(optimizer) };
        LoadedData data = DataLoader.Load(spec, new LoadOptions { Seed = 1, SpecFolder = specFolder, Texts = DocumentReader.Default });
        long tokens = Write(data.Train, folder);
        using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        WeightInitializer.Initialize(spec, 1, model.Parameters);
        using var engine = new CpuEngine(model, threads: 1);
        var watch = new EpochWatch();
        TrainingResult result = new Trainer(model, engine, training, data.Train, data.Test, new TrainerOptions { Seed = 1, TestEvery = 0, Notices = false }).Run(watch);
        double[] seconds = [.. watch.Seconds.Skip(1).Order()];
        Console.WriteLine("program,optimizer,batch,tokens,millions of tokens a second,loss");
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"pmoe,{optimizer},{training.Batch},{tokens},{tokens / seconds[seconds.Length / 2] / 1e6:0.00},{result.History[^1].TrainLoss:0.0000}"));
    }

    /// <summary>Writes the tokens of all texts, where those of each text end, and the labels, as 32-bit integers; returns the number of tokens.</summary>
    private static long Write(Dataset texts, string folder)
    {
        Directory.CreateDirectory(folder);
        var rows = new List<int>();
        var ends = new int[texts.Count];
        for (int i = 0; i < texts.Count; i++)
        {
            rows.AddRange(texts.TokensOf(i).Rows);
            ends[i] = rows.Count;
        }

        void File(string name, ReadOnlySpan<int> values) => System.IO.File.WriteAllBytes(Path.Combine(folder, name), MemoryMarshal.AsBytes(values));
        File("tokens.bin", CollectionsMarshal.AsSpan(rows));
        File("ends.bin", ends);
        File("labels.bin", texts.Labels);
        return rows.Count;
    }

    private sealed class EpochWatch : IProgress<TrainingProgress>
    {
        private long _started = Stopwatch.GetTimestamp();

        public List<double> Seconds { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (value.Completed is not null)
            {
                Seconds.Add(Stopwatch.GetElapsedTime(_started).TotalSeconds);
                _started = Stopwatch.GetTimestamp();
            }
        }
    }
}
