using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports;

namespace PatchMoE.Cli.Reproductions;

/// <summary>How the needed number of samples grows with the number of patches n, one of which decides the class: mosaics of 2 × 2 to 8 × 8 digits.</summary>
internal sealed class NoiseReproduction : IReproduction
{
    private const int Test = 500;
    private const int Epochs = 100;
    private const int QuickEpochs = 40;

    // Few enough for n = 4, which needs l < n.
    private const int PatchesPerExpert = 2;

    private static readonly string[] s_networks = ["mnist-joint", "mnist-separate", "mnist-cnn", "mnist-sample-moe"];
    private static readonly int[] s_sides = [2, 3, 4, 6, 8];
    private static readonly int[] s_quickSides = [2, 4, 6];
    private static readonly int[] s_samples = [20, 50, 100, 200, 400, 800, 1600];
    private static readonly int[] s_quickSamples = [20, 100, 400];

    public string Name => "noise";

    public string Title => "One patch that decides among n";

    public string Summary => "how the needed number of samples grows from 4 to 64 patches: pMoE with l = 2, the CNN, the sample-level MoE";

    public bool TakesSamples => true;

    public IReadOnlyList<string> Networks => EmbeddedSpecs.OfMosaics;

    public IReadOnlyList<ICell> Cells(ReproductionOptions options)
    {
        // Seed after seed and the longest first: cells that share data are adjacent, and few large data sets are held at a time.
        return [.. Sides(options).Reverse().SelectMany(side => Trials(side, options)).OrderBy(trial => trial.Seed).Select(trial => trial.Cell)];
    }

    public ReproductionReport Report(ReproductionOptions options, Func<ICell, CellRecord?> find)
    {
        (int Side, IReadOnlyList<GridTrial> Trials)[] grids = [.. Sides(options).Select(side => (side, Trials(side, options)))];
        GridTrial[] all = [.. grids.SelectMany(grid => grid.Trials)];
        var result = new NoiseResult([.. grids.Select(grid => new NoiseGrid(
            grid.Side * grid.Side,
            new GridTable(Chosen(options), Samples(options), grid.Trials, find),
            new GridTable(Chosen(options), Samples(options), grid.Trials, find, "routerHitRate")))]);
        string lead = string.Create(
            CultureInfo.InvariantCulture,
            $"{all.Count(trial => find(trial.Cell) is not null)} of {all.Length} trainings: mosaics of n digits, one of which decides the class; pMoE takes l = {PatchesPerExpert} patches per expert whatever n is; {MosaicText.Training(all[0].Spec)}.");
        ReportTable rows = NoiseRows.Of(grids, find);
        return new ReproductionReport(
            NoisePage.Of(Title, lead, result, rows, all[0].Spec, ReproductionOrigin.Of(Name, options)), $"# {Title}\n\n{lead}\n\n{result.ToMarkdown()}", rows.ToCsv(), result.Numbers);
    }

    private static IReadOnlyList<string> Chosen(ReproductionOptions options) => options.Networks.Count > 0 ? options.Networks : s_networks;

    private static IReadOnlyList<int> Samples(ReproductionOptions options) => options.Samples.Count > 0 ? options.Samples : options.Quick ? s_quickSamples : s_samples;

    private static IReadOnlyList<int> Sides(ReproductionOptions options) => options.Quick ? s_quickSides : s_sides;

    private static IReadOnlyList<GridTrial> Trials(int side, ReproductionOptions options) => GridTrial.Grid(
        options.Seeds ?? (options.Quick ? 1 : 3), Samples(options), Chosen(options), (network, samples, seed) => Cell(network, side, samples, seed, options));

    private static TrainingCell Cell(string network, int side, int samples, int seed, ReproductionOptions options)
    {
        PatchMoESpec spec = EmbeddedSpecs.Read(network);
        string title = string.Create(CultureInfo.InvariantCulture, $"{network}, n = {side * side}, {samples} samples, seed {seed}");
        return MosaicCells.Of(title, WithGrid(spec, side), samples, seed, options with { Epochs = options.Epochs ?? (options.Quick ? QuickEpochs : Epochs) });
    }

    /// <summary>The network on a mosaic of side × side digits, each a patch.</summary>
    internal static PatchMoESpec WithGrid(PatchMoESpec spec, int side)
    {
        var input = (ImageInputSpec)spec.Model.Input;
        LayerSpec layer = spec.Model.Layers[0];
        return spec with
        {
            Model = spec.Model with
            {
                Input = input with { Height = side * input.PatchHeight, Width = side * input.PatchWidth },
                Layers = EquatableArray.Of(layer.Routing == Routing.ExpertChoice ? layer with { PatchesPerExpert = PatchesPerExpert } : layer),
            },
            Data = ((MosaicDataSpec)spec.Data!) with { GridHeight = side, GridWidth = side, Test = Test },
        };
    }
}
