using System.Globalization;
using PatchMoE.Cli.Experiments;
using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Sweeps;

/// <summary>Pictures of a sweep: accuracy against each field of numbers, and over each pair of them.</summary>
/// <param name="state">The results.</param>
internal sealed class SweepCharts(SweepState state)
{
    /// <summary>More lines than this cannot be told apart.</summary>
    private const int MostLines = 12;

    private const int MostMaps = 12;
    private const string Accuracy = "testAccuracy";

    private readonly IReadOnlyList<SweepAxisValues> _axes = SweepAxisValues.Of(state.Sweep);
    private readonly IReadOnlyList<(SweepSummary Summary, Spread Accuracy)> _points =
    [
        .. SweepSummary.Of(state).Select(summary => (summary, summary.Find(state, Accuracy))).Where(point => point.Item2 is not null).Select(point => (point.summary, point.Item2!.Value)),
    ];

    /// <summary>Accuracy against each field of numbers: a line for each combination of the others, with a bar of one standard deviation at each point.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (SweepAxisValues axis in _axes)
        {
            XySeries[] lines =
            [
                .. _points.GroupBy(point => state.Sweep.Columns.Label(point.Summary.Point, axis.Column))
                    .Select(line => new XySeries(line.Key.Length == 0 ? state.Sweep.Name : line.Key, [.. line.Select(point => Point(axis, point))])),
            ];
            if (lines.Length is > 0 and <= MostLines)
            {
                yield return new XyChart($"Test accuracy against {axis.Title}", new XyAxis(axis.Title, axis.IsLogarithmic), new XyAxis("test accuracy", Low: 0.5, High: 1), lines).ToSvg();
            }
        }
    }

    /// <summary>Accuracy over each pair of fields of numbers: a map for each combination of the others.</summary>
    public IEnumerable<string> Maps() =>
        (from horizontal in Enumerable.Range(0, _axes.Count)
         from vertical in Enumerable.Range(0, horizontal)
         from map in Maps(_axes[vertical], _axes[horizontal])
         select map).Take(MostMaps);

    private IEnumerable<string> Maps(SweepAxisValues vertical, SweepAxisValues horizontal) =>
        _points.GroupBy(point => state.Sweep.Columns.Label(point.Summary.Point, vertical.Column, horizontal.Column))
            .Select(map => new PhaseMap(
                $"Test accuracy over {vertical.Title} and {horizontal.Title}{(map.Key.Length == 0 ? "" : $": {map.Key}")}",
                vertical.Title,
                vertical.Values,
                horizontal.Title,
                horizontal.Values,
                [.. map.Select(point => new PhaseCell(vertical.Of(point.Summary.Point), horizontal.Of(point.Summary.Point), point.Accuracy.Mean, Hover(point)))])
            {
                Key = "mean test accuracy",
            }.ToSvg());

    private static XyPoint Point(SweepAxisValues axis, (SweepSummary Summary, Spread Accuracy) point) =>
        new(axis.Of(point.Summary.Point), point.Accuracy.Mean, point.Accuracy.Low, point.Accuracy.High, Seeds(point.Summary));

    private string Hover((SweepSummary Summary, Spread Accuracy) point) => $"{state.Sweep.Columns.Label(point.Summary.Point)}: {point.Accuracy} ({Seeds(point.Summary)})";

    private static string Seeds(SweepSummary summary) => string.Create(
        CultureInfo.InvariantCulture, $"{summary.Finished} {(summary.Finished == 1 ? "seed" : "seeds")}{(summary.Diverged > 0 ? $", {summary.Diverged} diverged" : "")}");
}
