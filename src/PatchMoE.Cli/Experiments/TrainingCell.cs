using System.Globalization;
using System.Text.Json.Nodes;
using PatchMoE.Cli.Backends;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Experiments;

/// <summary>
/// One training, as <c>pmoe train</c> makes it, on one thread; only the weights that it gives are tested. Networks with a backbone are trained by torch, all others by the
/// emitted code.
/// </summary>
/// <param name="title">What it is called.</param>
/// <param name="spec">The spec with its <c>training</c> section, whose seed counts, and its <c>data</c> section.</param>
/// <param name="specFolder">The folder that paths in the spec are relative to.</param>
/// <param name="dataFolder">The value of <c>--data</c>; null if it is not given.</param>
internal sealed class TrainingCell(string title, PatchMoESpec spec, string specFolder, string? dataFolder) : ICell
{
    /// <summary>The message of a training that diverged, in place of numbers.</summary>
    public const string Diverged = "diverged";

    private string? _hash;

    /// <summary>How many training samples to load: of a longer draw, the cell takes the first ones. Set by <see cref="ShareData"/>.</summary>
    private int? _loaded;

    public string Title => title;

    /// <summary>The spec.</summary>
    public PatchMoESpec Spec => spec;

    /// <summary>What is measured beside the test accuracy; null for nothing.</summary>
    public ICellMeasurement? Measurement { get; init; }

    /// <summary>
    /// The full spec with its seed, but without its name; the folders that its data are searched in; what is measured beside. Not kept: a large sweep has many.
    /// </summary>
    public string Identity => string.Join('\n', (IEnumerable<string>)[SpecWriter.ToJson(spec with { Name = "cell" }), .. CellData.Places(spec, specFolder, dataFolder), .. Measurement is null ? [] : new[] { Measurement.Name }]);

    /// <inheritdoc/>
    public string Hash => _hash ??= CellRecord.Digest(Identity);

    /// <summary>Training samples seen, times the FLOPs of a forward pass.</summary>
    public double Work { get; } = (double)spec.Training!.Epochs * (TrainSamples(spec.Data!) ?? 1) * NetworkCost.Of(spec.Model).ForwardFlops;

    /// <summary>Cells of the same group and seed train on the same samples, or on the first ones of them.</summary>
    public string DataGroup => CellData.Key(IsPrefix(Spec.Data!) ? WithTrain(Spec, 0) : Spec, specFolder, dataFolder);

    /// <summary>Lets cells that differ only in the number of training samples, which are a prefix of a longer draw, share one data set.</summary>
    public static IReadOnlyList<TrainingCell> ShareData(IReadOnlyList<TrainingCell> cells)
    {
        foreach (IGrouping<string, TrainingCell> group in cells.Where(cell => IsPrefix(cell.Spec.Data!)).GroupBy(cell => cell.DataGroup))
        {
            int most = group.Max(cell => TrainSamples(cell.Spec.Data!)!.Value);
            foreach (TrainingCell cell in group)
            {
                cell._loaded = most;
            }
        }

        return cells;
    }

    public JsonObject Run(CellContext context)
    {
        (Dataset train, Dataset test) = Load(context);
        using ITrainingEngine engine = BackendCatalog.Require(Spec.Model.Backbone is null ? BackendCatalog.Cpu : BackendCatalog.Torch, device: null)
            .Create(new EngineRequest(Spec, Threads: 1));
        ulong seed = (ulong)Spec.Training!.Seed;
        var weights = new WeightBuffer(Spec);
        WeightInitializer.Initialize(Spec, seed, weights.Parameters);
        var options = new TrainerOptions { Seed = seed, TestEvery = 0, Notices = false };
        try
        {
            TrainingResult result = new Trainer(weights, engine, Spec.Training, train, test, options).Run(new EpochProgress(this, context.Advance), context.Cancellation);
            context.Cancellation.ThrowIfCancellationRequested();
            JsonObject json = ToJson(result);
            if (Spec.Model.Layers is [{ Choice: not null }, ..])
            {
                AddLoads(json, ExpertUseMeter.For(engine)!.Measure(test, weights.Parameters).Use);
            }

            Measurement?.Measure(engine, Spec, dataFolder, context, json);
            return json;
        }
        catch (TrainingDivergedException failure)
        {
            return new JsonObject { [Diverged] = failure.Message };
        }
    }

    public string Describe(JsonObject result) =>
        result["testAccuracy"] is { } accuracy ? ((double)accuracy).ToString("0.000", CultureInfo.InvariantCulture) : (string)result[Diverged]!;

    private static JsonObject ToJson(TrainingResult result)
    {
        var json = new JsonObject
        {
            ["testAccuracy"] = result.Final.Accuracy,
            ["testLoss"] = result.Final.Loss,
            ["trainLoss"] = result.History[^1].TrainLoss,
            ["epochs"] = result.BestEpoch ?? result.History[^1].Epoch,
        };
        if (result.Final.RouterHitRate is { } rate)
        {
            json["routerHitRate"] = rate;
        }

        return json;
    }

    /// <summary>Where patches choose: the least and the most that an expert of layer 0 takes, as multiples of an even share, and the share of choices that found no room.</summary>
    private static void AddLoads(JsonObject json, ExpertUse use)
    {
        json["leastLoad"] = use.Patches.Min() * use.Patches.Count;
        json["mostLoad"] = use.Patches.Max() * use.Patches.Count;
        json["dropped"] = use.Dropped;
    }

    private (Dataset Train, Dataset Test) Load(CellContext context)
    {
        PatchMoESpec longer = _loaded is { } most ? WithTrain(Spec, most) : Spec;
        (Dataset train, Dataset test) = CellData.Load(longer, specFolder, dataFolder, context.Data);
        return (_loaded is null ? train : train.First(TrainSamples(Spec.Data!)!.Value), test);
    }

    /// <summary>Sample i of these depends only on the seed and i, as long as nothing is measured on all of them.</summary>
    private static bool IsPrefix(DataSpec data) => data is MosaicDataSpec or SyntheticDataSpec or BagsDataSpec && !data.Normalize;

    private static int? TrainSamples(DataSpec data) => data switch
    {
        MosaicDataSpec mosaic => mosaic.Train,
        SyntheticDataSpec synthetic => synthetic.Train,
        BagsDataSpec bags => bags.Train,
        ImagesDataSpec images => images.Train,
        Cifar10DataSpec cifar => cifar.Train,
        CelebaDataSpec celeba => celeba.Train,
        TextDataSpec texts => texts.Train,
        _ => null,
    };

    private static PatchMoESpec WithTrain(PatchMoESpec spec, int count) => spec.Data switch
    {
        MosaicDataSpec mosaic => spec with { Data = mosaic with { Train = count } },
        SyntheticDataSpec synthetic => spec with { Data = synthetic with { Train = count } },
        BagsDataSpec bags => spec with { Data = bags with { Train = count } },
        _ => spec,
    };

    /// <summary>Counts the epochs in which the network itself learns; routers that learn alone take next to no time.</summary>
    private sealed class EpochProgress(TrainingCell cell, Action<double> advance) : IProgress<TrainingProgress>
    {
        private readonly double _epoch = cell.Work / cell.Spec.Training!.Epochs;

        public void Report(TrainingProgress value)
        {
            if (value.Completed is not null && value.Phase != TrainingPhase.Routers)
            {
                advance(_epoch);
            }
        }
    }
}
