using PatchMoE.Cli.EqualAccuracy;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Outputs;
using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// What training and inference cost at equal accuracy, pMoE beside the CNN and the sample-level MoE of the same size: the project's source claims about 20 % less for
/// training and 50 % less for inference.
/// </summary>
internal sealed class CostReproduction : IMeasuredReproduction
{
    /// <summary>Mosaics beyond the paper's test mosaics by which one sees when a target is reached: as many again.</summary>
    private const int TestParts = 2;

    private const int QuickEpochs = 50;

    public string Name => "cost";

    public string Title => "Cost at equal accuracy";

    public string Summary => "FLOPs, time and memory of training and inference to the CNN's accuracy; measured on this machine";

    public bool TakesSamples => false;

    public IReadOnlyList<string> Networks => [];

    public IReadOnlyList<ICell> Cells(ReproductionOptions options) => [.. Trials(options).Select(trial => trial.Cell)];

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find) => Report(options, find, measured: null);

    public ReproductionReport Measure(ReproductionOptions options, Func<ICell, CellRecord?> find, CommandContext context)
    {
        IReadOnlyList<AccuracyTrial> trials = Trials(options);
        var meter = new CostMeter(EqualTrial.Of(trials, CostTable.Compared, find), options.Quick ? 1 : 2, Data(trials[0].Cell.Spec, options), context);
        return Report(options, find, meter.Run());
    }

    private ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find, CostMeasurements? measured)
    {
        IReadOnlyList<AccuracyTrial> trials = Trials(options);
        var table = new CostTable(trials, EqualTrial.Of(trials, CostTable.Compared, find), measured);
        return new CostReport(Title, ReproductionOrigin.Of(Name, options), table).Build();
    }

    /// <summary>Seed after seed, so that cells that share data are adjacent.</summary>
    private static IReadOnlyList<AccuracyTrial> Trials(ReproductionOptions options) =>
    [
        .. from seed in Enumerable.Range(1, options.Seeds ?? (options.Quick ? 2 : 5))
           from network in CostTable.Networks
           select Trial(network, seed, options),
    ];

    private static AccuracyTrial Trial(string network, int seed, ReproductionOptions options)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network);
        TrainingSpec training = spec.Training!;
        var mosaic = (MosaicDataSpec)spec.Data!;
        int? epochs = options.Epochs ?? (options.Quick ? QuickEpochs : null);
        spec = spec with
        {
            Training = training with { Seed = seed, Epochs = epochs ?? training.Epochs, RouterEpochs = epochs ?? training.RouterEpochs },
            Data = mosaic with { Test = TestParts * mosaic.Test },
        };
        return new AccuracyTrial(network, seed, new AccuracyCell(network, spec, Data(spec, options)));
    }

    private static string Data(PatchMoESpec spec, ReproductionOptions options) => DataFolder.Require(((MosaicDataSpec)spec.Data!).Source, options.DataFolder);
}
