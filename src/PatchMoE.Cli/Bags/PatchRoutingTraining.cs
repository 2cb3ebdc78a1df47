using PatchMoE.Cli.Inputs;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.Cli.Bags;

/// <summary>Trains a patch-level mixture of experts on bags.</summary>
internal static class PatchRoutingTraining
{
    /// <summary>Trains on one thread and tests.</summary>
    /// <param name="spec">The network and its training.</param>
    /// <param name="train">The bags to train on.</param>
    /// <param name="test">The bags to test on.</param>
    /// <param name="advance">Called after every epoch.</param>
    /// <param name="cancellation">Stops the training.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static BagResult Run(PatchMoESpec spec, Dataset train, Dataset test, Action advance, CancellationToken cancellation)
    {
        TrainingSpec training = spec.Training!;
        ulong seed = (ulong)training.Seed;
        IPatchMoEModel model = CompiledModel.Load(spec);
        WeightInitializer.Initialize(spec, seed, model.Parameters);
        using var engine = new CpuEngine(model, threads: 1);
        var options = new TrainerOptions { Seed = seed, TestEvery = 0, Notices = false };
        TrainingResult result = new Trainer(model, engine, training, train, test, options).Run(new Epochs(advance), cancellation);
        cancellation.ThrowIfCancellationRequested();
        double seconds = Median.Of(result.History.Select(epoch => train.Count / epoch.SamplesPerSecond));
        return Score(model, engine, test).Judge(test, seconds, (int)NetworkCost.Of(spec.Model).Parameters);
    }

    private static BagScores Score(IPatchMoEModel model, CpuEngine engine, Dataset test)
    {
        var logits = new float[test.Count];
        var picks = new int[test.Count];
        for (int i = 0; i < test.Count; i++)
        {
            engine.Forward(test.InputsOf(i, 1), logits.AsSpan(i, 1), test.LengthsOf(i, 1));
            picks[i] = Pick(model.Explain(test.InputsOf(i, 1), test.LengthsOf(i, 1)));
        }

        return new BagScores(logits, picks);
    }

    /// <summary>The patch with the largest contribution to the logit, over all experts.</summary>
    private static int Pick(Explanation explanation)
    {
        float sign = explanation.Prediction.Label > 0 ? 1 : -1;
        return explanation.MostImportant(int.MaxValue).MaxBy(patch => sign * patch.Importance)?.Place.Index ?? -1;
    }

    private sealed class Epochs(Action advance) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed is not null)
            {
                advance();
            }
        }
    }
}
