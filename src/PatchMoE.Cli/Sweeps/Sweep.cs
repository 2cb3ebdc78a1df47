using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A sweep with all its cells.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Columns">What tells its points from each other.</param>
/// <param name="Points">In the order of the grid.</param>
/// <param name="Cells">In the order of the grid: each point with every seed.</param>
internal sealed record Sweep(string Name, SweepColumns Columns, IReadOnlyList<SweepPoint> Points, IReadOnlyList<SweepCell> Cells)
{
    /// <summary>Reads a sweep file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dataFolder">The value of <c>--data</c>.</param>
    /// <param name="context">The command's context.</param>
    /// <exception cref="BadInputException">The file is wrong, or not one cell is valid.</exception>
    public static Sweep Load(string path, string? dataFolder, CommandContext context)
    {
        SweepDefinition definition = SweepFile.Load(path, context);
        IReadOnlyList<SweepPoint> points = SweepGrid.Expand(definition, path, context);
        var columns = new SweepColumns(definition);
        List<SweepCell> cells = [.. points.SelectMany(_ => definition.Seeds, (point, seed) => new SweepCell(point, seed, Training(columns, point, seed, dataFolder)))];
        TrainingCell.ShareData([.. cells.Select(cell => cell.Training).OfType<TrainingCell>()]);
        return new Sweep(definition.Name, columns, points, cells);
    }

    /// <summary>The cells that can be run, each once, in the order to run them: those that share data beside each other, and the longest first.</summary>
    public IReadOnlyList<TrainingCell> Trainings() =>
    [
        .. Cells.Where(cell => cell.Training is not null)
            .GroupBy(cell => (cell.Seed, cell.Training!.DataGroup), cell => cell.Training!)
            .OrderBy(group => group.Key.Seed)
            .SelectMany(group => group.OrderByDescending(training => training.Work))
            .DistinctBy(training => training.Hash),
    ];

    private static TrainingCell? Training(SweepColumns columns, SweepPoint point, int seed, string? dataFolder)
    {
        if (point.Spec is not { } spec)
        {
            return null;
        }

        string label = columns.Label(point);
        string title = string.Create(CultureInfo.InvariantCulture, $"{label}{(label.Length == 0 ? "" : ", ")}seed {seed}");
        return new TrainingCell(title, spec with { Training = spec.Training! with { Seed = seed, Seeds = 1 } }, point.Folder, dataFolder);
    }
}
