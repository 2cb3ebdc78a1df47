using System.Globalization;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Inputs;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Pruning;

/// <summary>What is removed from a trained network.</summary>
/// <param name="Kept">How many experts are left in each of the pruned networks, descending.</param>
/// <param name="Draws">The number of drawn orders, ≥ 1.</param>
/// <param name="TuningEpochs">The number of epochs that a pruned network is trained on for.</param>
internal sealed record PrunePlan(IReadOnlyList<int> Kept, int Draws, int TuningEpochs);

/// <summary>Trains a network, then removes its experts in several orders, each time from the network as it was trained.</summary>
/// <param name="spec">The spec with its <c>training</c> section, whose seed counts, and its <c>data</c> section.</param>
/// <param name="plan">What is removed.</param>
/// <param name="dataFolder">The folder with the idx files of MNIST.</param>
internal sealed class PruneCell(PatchMoESpec spec, PrunePlan plan, string dataFolder) : ICell
{
    public string Title { get; } = string.Create(CultureInfo.InvariantCulture, $"{spec.Name}, seed {spec.Training!.Seed}");

    public string Identity { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"prune: keep {string.Join(", ", plan.Kept)}; {plan.Draws} draws; {plan.TuningEpochs} epochs more\n{SpecWriter.ToJson(spec)}\n{Path.GetFullPath(dataFolder)}");

    /// <summary>Training samples seen, times the FLOPs of a forward pass.</summary>
    public double Work { get; } =
        (EpochWork(spec) * (spec.Training!.Epochs + plan.TuningEpochs))
        + (plan.Kept.Sum(kept => EpochWork(WithExperts(spec, kept))) * (2 + plan.Draws) * plan.TuningEpochs);

    private ulong Seed => (ulong)spec.Training!.Seed;

    public JsonObject Run(CellContext context)
    {
        LoadedData data = CellData.Load(spec, dataFolder, dataFolder, context.Data);
        var initial = new WeightBuffer(spec);
        WeightInitializer.Initialize(spec, Seed, initial.Parameters);
        (double accuracy, float[] trained) = Train(spec, initial.Parameters, spec.Training!.Epochs, data, context);
        (double tuned, _) = Train(spec, trained, plan.TuningEpochs, data, context);
        double[] moves = ExpertPruning.RouterMoves(spec.Model, initial.Parameters, trained);
        var removals = new List<Removal>();
        foreach ((RemovalOrder order, int draw, int[] experts) in Orders(moves))
        {
            foreach (int count in plan.Kept)
            {
                int[] kept = [.. experts.Skip(moves.Length - count).Order()];
                removals.Add(Remove(order, draw, kept, trained, data, context));
            }
        }

        double[] normChanges = ExpertPruning.NormChanges(spec.Model, initial.Parameters, trained);
        return new PruneResult(accuracy, tuned, moves, normChanges, removals).ToJson();
    }

    public string Describe(JsonObject result) => ((double)result["accuracy"]!).ToString("0.000", CultureInfo.InvariantCulture);

    private static double EpochWork(PatchMoESpec spec) =>
        (double)NetworkCost.Of(spec.Model).ForwardFlops * (spec.Data switch { MosaicDataSpec mosaic => mosaic.Train, ImagesDataSpec images => images.Train, _ => 1 });

    private static PatchMoESpec WithExperts(PatchMoESpec spec, int experts) => spec with { Model = ExpertPruning.WithExperts(spec.Model, experts) };

    /// <summary>The experts in the order in which they are removed.</summary>
    private IEnumerable<(RemovalOrder Order, int Draw, int[] Experts)> Orders(double[] moves)
    {
        int[] ascending = ExpertPruning.Ascending(moves);
        yield return (RemovalOrder.LeastMoved, 0, ascending);
        yield return (RemovalOrder.MostMoved, 0, [.. ascending.Reverse()]);
        for (int draw = 0; draw < plan.Draws; draw++)
        {
            yield return (RemovalOrder.Random, draw, ExpertPruning.Drawn(moves.Length, Seed, draw));
        }
    }

    private Removal Remove(RemovalOrder order, int draw, int[] kept, float[] trained, LoadedData data, CellContext context)
    {
        PatchMoESpec smaller = WithExperts(spec, kept.Length);
        float[] parameters = ExpertPruning.Keep(spec.Model, trained, kept);
        double accuracy = Test(smaller, parameters, data.Test);
        (double tuned, _) = Train(smaller, parameters, plan.TuningEpochs, data, context);
        return new Removal(order, draw, kept, accuracy, tuned);
    }

    private static double Test(PatchMoESpec spec, ReadOnlySpan<float> parameters, Dataset test)
    {
        IPatchMoEModel model = CompiledModel.Load(spec);
        using var engine = new CpuEngine(model, threads: 1);
        engine.SetParameters(parameters);
        return new Evaluator(engine).Evaluate(test).Accuracy;
    }

    /// <summary>Trains from given weights, with a new optimizer and the spec's schedule over these epochs.</summary>
    /// <exception cref="BadInputException">The training diverged.</exception>
    private (double Accuracy, float[] Weights) Train(PatchMoESpec network, ReadOnlySpan<float> from, int epochs, LoadedData data, CellContext context)
    {
        IPatchMoEModel model = CompiledModel.Load(network);
        from.CopyTo(model.Parameters);
        using var engine = new CpuEngine(model, threads: 1);
        var options = new TrainerOptions { Seed = Seed, TestEvery = 0, Notices = false };
        var trainer = new Trainer(model, engine, network.Training! with { Epochs = epochs }, data.Train, data.Test, options);
        try
        {
            TrainingResult result = trainer.Run(new EpochProgress(context.Advance, EpochWork(network)), context.Cancellation);
            context.Cancellation.ThrowIfCancellationRequested();
            return (result.Final.Accuracy, model.Parameters.ToArray());
        }
        catch (TrainingDivergedException failure)
        {
            throw new BadInputException(failure.Message, failure);
        }
    }

    private sealed class EpochProgress(Action<double> advance, double work) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed is not null)
            {
                advance(work);
            }
        }
    }
}
