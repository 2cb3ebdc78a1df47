using System.Globalization;
using PatchMoE.Cli.Inputs;
using PatchMoE.Initialization;
using PatchMoE.Measurement;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>What a process whose memory is measured does.</summary>
internal enum FootprintTask
{
    /// <summary>It draws the mosaics, and has no network.</summary>
    Data,

    /// <summary>It draws the mosaics and trains a network for an epoch.</summary>
    Train,

    /// <summary>It predicts a hundred samples, one by one.</summary>
    Predict,
}

/// <summary>The peak memory of processes that do one thing each: a process that had done something else before would show that instead.</summary>
internal static class Footprint
{
    /// <summary>The command that does a task with the spec on standard input, and says how much memory it took.</summary>
    public const string CommandName = "footprint";

    private const int Predictions = 100;

    /// <summary>Starts a process for a task.</summary>
    /// <param name="task">The task.</param>
    /// <param name="spec">The spec with training and data sections.</param>
    /// <param name="dataFolder">The folder with the idx files of MNIST.</param>
    /// <returns>Its peak memory in bytes; null if this is no <c>pmoe</c> process, which could start itself, or the system does not tell.</returns>
    public static long? Measure(FootprintTask task, PatchMoESpec spec, string dataFolder)
    {
        string? line = OtherProcess.TryRun([CommandName, task.ToString(), "--data", dataFolder], SpecWriter.ToJson(spec));
        return long.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes > 0 ? bytes : null;
    }

    /// <summary>Does a task in this process.</summary>
    /// <returns>The peak memory of the process in bytes; 0 if the system does not tell.</returns>
    public static long Of(FootprintTask task, PatchMoESpec spec, string dataFolder)
    {
        switch (task)
        {
            case FootprintTask.Data:
                Load(spec, dataFolder);
                break;
            case FootprintTask.Train:
                Train(spec, Load(spec, dataFolder));
                break;
            default:
                Predict(spec);
                break;
        }

        return PeakMemory.Bytes() ?? 0;
    }

    private static LoadedData Load(PatchMoESpec spec, string dataFolder) => DataLoader.Load(spec, dataFolder, (ulong)spec.Training!.Seed, dataFolder);

    private static void Train(PatchMoESpec spec, LoadedData data)
    {
        IPatchMoEModel model = CompiledModel.Load(spec);
        using var engine = new CpuEngine(model, threads: 1);
        var options = new TrainerOptions { Seed = (ulong)spec.Training!.Seed, TestEvery = 0, Notices = false };
        new Trainer(model, engine, spec.Training with { Epochs = 1, RouterEpochs = 1 }, data.Train, data.Test, options).Run();
    }

    private static void Predict(PatchMoESpec spec)
    {
        IPatchMoEModel model = CompiledModel.Load(spec);
        WeightInitializer.Initialize(spec, (ulong)spec.Training!.Seed, model.Parameters);
        using Workspace workspace = model.CreateWorkspace(threads: 1);
        Dataset samples = DrawnBatch.Make(spec.Model, Predictions, seed: 1);
        var logits = new float[model.Outputs];
        for (int i = 0; i < Predictions; i++)
        {
            model.Forward(samples.Inputs.Slice(i * model.InputLength, model.InputLength), logits, workspace);
        }
    }
}
