using System.Globalization;
using PatchMoE.Cli.Outputs;
using PatchMoE.Cli.Runs;
using PatchMoE.Training;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Training;

/// <summary>
/// Trains with several seeds on the same data, each in the sub-folder <c>seed-N</c>, and keeps the one with the lowest validation loss: its weights and metrics
/// are copied to the run folder itself.
/// </summary>
internal static class SeedTrainings
{
    /// <summary>Trains; if interrupted, with the seeds so far.</summary>
    /// <param name="job">The job: <c>training.seed</c> is the first seed, <c>training.seeds</c> their number.</param>
    /// <param name="folder">The run folder.</param>
    /// <param name="resume">Whether to continue what is there; otherwise it is removed.</param>
    /// <returns>The result of the best finished seed with all of them, or of an interrupted one if none is finished; and its weights.</returns>
    public static (TrainingResult Result, WeightBuffer Weights) Run(TrainingJob job, RunFolder folder, bool resume)
    {
        if (!resume)
        {
            Clear(folder);
        }

        int count = job.Training.Seeds;
        var finished = new List<SeedResult>();
        (TrainingResult Result, WeightBuffer Weights)? best = null;
        double seconds = 0;
        for (int i = 0; i < count; i++)
        {
            ulong seed = (ulong)job.Training.Seed + (ulong)i;
            string name = RunPlaces.SeedPrefix + seed.ToString(CultureInfo.InvariantCulture);
            job.Context.Error.WriteLine($"seed {seed} ({i + 1} of {count})");
            using RunFolder own = RunFolder.Open(Path.Combine(folder.FullPath, name));
            Checkpoint? checkpoint = resume ? own.ReadCheckpoint(job.Spec.Model, job.Context.Error.WriteLine) : null;
            string? events = job.EventFolder is { } all ? Path.Combine(all, name) : null;
            (TrainingResult Result, WeightBuffer Weights) one = job.Run(seed, own, checkpoint, events);
            seconds += one.Result.Seconds;
            if (one.Result.Interrupted)
            {
                (TrainingResult result, WeightBuffer weights) = best ?? one;
                return Kept((result with { Interrupted = true }, weights), finished, seconds, folder, job);
            }

            finished.Add(new SeedResult(seed, one.Result.History.Count, one.Result.Validation!, one.Result.Final));
            best = SeedResult.Best(finished).Seed == seed ? one : best;
        }

        return Kept(best!.Value, finished, seconds, folder, job);
    }

    /// <summary>The table of the seeds, and how much they differ.</summary>
    public static void Write(IReadOnlyList<SeedResult> seeds, CommandContext context)
    {
        string Text(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
        var table = new TextTable("seed", "validation loss", "validation accuracy", "test loss", "test accuracy", "epochs");
        foreach (SeedResult seed in seeds)
        {
            table.Add(
                seed.Seed.ToString(CultureInfo.InvariantCulture),
                Text(seed.Validation.Loss),
                Text(seed.Validation.Accuracy),
                Text(seed.Test.Loss),
                Text(seed.Test.Accuracy),
                seed.Epochs.ToString(CultureInfo.InvariantCulture));
        }

        table.Write(context);
        (double lowest, double highest, double deviation) = SeedResult.Spread(seeds);
        context.Error.WriteLine(
            $"kept seed {SeedResult.Best(seeds).Seed}, which has the lowest validation loss; test accuracies from {Text(lowest)} to {Text(highest)}, standard deviation {Text(deviation)}");
    }

    private static (TrainingResult Result, WeightBuffer Weights) Kept(
        (TrainingResult Result, WeightBuffer Weights) best, List<SeedResult> seeds, double seconds, RunFolder folder, TrainingJob job)
    {
        folder.WriteResult(job.Spec, job.Data.Metadata, best.Result.Checkpoint);
        return (best.Result with { Seeds = seeds, Seconds = seconds }, best.Weights);
    }

    /// <summary>Nothing of an old run may be mistaken for part of the new one.</summary>
    private static void Clear(RunFolder folder)
    {
        foreach (string old in Directory.GetDirectories(folder.FullPath, RunPlaces.SeedPrefix + "*"))
        {
            using RunFolder own = RunFolder.Open(old);
            File.Delete(own.CheckpointPath);
            File.Delete(own.PreviousCheckpointPath);
            File.Delete(own.WeightsPath);
            File.Delete(own.MetricsPath);
        }
    }
}
