using System.Globalization;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Inputs;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>
/// One training to the end, with the accuracy after every epoch on two sets of mosaics: one to see when a target is reached, the other, which chooses nothing, to see
/// how accurate the network then is.
/// </summary>
/// <param name="name">The network's name.</param>
/// <param name="spec">The spec with its <c>training</c> section, whose seed counts, and mosaics as its <c>data</c> section; its test mosaics are halved.</param>
/// <param name="dataFolder">The folder with the idx files of MNIST.</param>
internal sealed class AccuracyCell(string name, PatchMoESpec spec, string dataFolder) : ICell
{
    public string Title { get; } = string.Create(CultureInfo.InvariantCulture, $"{name}, seed {spec.Training!.Seed}");

    /// <summary>The spec.</summary>
    public PatchMoESpec Spec => spec;

    public string Identity { get; } = $"accuracy after every epoch\n{SpecWriter.ToJson(spec)}\n{Path.GetFullPath(dataFolder)}";

    public double Work { get; } = (double)spec.Training!.Epochs * NetworkCost.Of(spec.Model).ForwardFlops;

    public JsonObject Run(CellContext context)
    {
        IPatchMoEModel model = CompiledModel.Load(spec);
        (Dataset train, Dataset held) = CellData.Load(spec, dataFolder, dataFolder, context.Data);
        Dataset test = held.First(held.Count / 2);
        Dataset watched = held.Select([.. Enumerable.Range(test.Count, held.Count - test.Count)]);
        using var engine = new CpuEngine(model, threads: 1);
        ulong seed = (ulong)spec.Training!.Seed;
        WeightInitializer.Initialize(spec, seed, model.Parameters);
        var epochs = new EpochAccuracies(new Evaluator(engine), watched, test, () => context.Advance(Work / spec.Training.Epochs));
        var options = new TrainerOptions { Seed = seed, TestEvery = 0, Notices = false };
        try
        {
            new Trainer(model, engine, spec.Training, train, test, options).Run(epochs, context.Cancellation);
        }
        catch (TrainingDivergedException failure)
        {
            throw new BadInputException(failure.Message, failure);
        }

        context.Cancellation.ThrowIfCancellationRequested();
        return new AccuracyCurve(epochs.Watched, epochs.Tested).ToJson();
    }

    public string Describe(JsonObject result) => AccuracyCurve.Of(result).Tested[^1].ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Evaluates the network between two epochs; routers that learn alone make no predictions.</summary>
    private sealed class EpochAccuracies(Evaluator evaluator, Dataset watched, Dataset test, Action advance) : IProgress<TrainingProgress>
    {
        public List<double> Watched { get; } = [];

        public List<double> Tested { get; } = [];

        public void Report(TrainingProgress value)
        {
            if (value.Completed is null || value.Phase == TrainingPhase.Routers)
            {
                return;
            }

            Watched.Add(evaluator.Evaluate(watched).Accuracy);
            Tested.Add(evaluator.Evaluate(test).Accuracy);
            advance();
        }
    }
}
