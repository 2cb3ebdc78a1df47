using PatchMoE.Reports.Charts;

namespace PatchMoE.Cli.Reproductions;

/// <summary>How the needed N grows with a setting, measured and fitted.</summary>
/// <param name="Points">The settings whose needed N lies within the measured range.</param>
/// <param name="Fit">A power law through them; null for fewer than three, which leave no error to state.</param>
internal sealed record Growth(IReadOnlyList<(double Setting, double Samples)> Points, PowerLaw? Fit)
{
    /// <summary>Fits.</summary>
    /// <param name="needed">The needed N for each setting.</param>
    public static Growth Of(IEnumerable<(int Setting, NeededSamples Needed)> needed)
    {
        (double, double)[] points = [.. needed.Where(one => one.Needed.Value is not null).Select(one => ((double)one.Setting, one.Needed.Value!.Value))];
        return new Growth(points, points.Length < 3 ? null : PowerLaw.Fit(points));
    }

    /// <summary>The exponent with its standard error; why there is none.</summary>
    public string Text => Fit is { } fit
        ? FormattableString.Invariant($"{fit.Exponent:0.00} ± {fit.ExponentError:0.00}").Replace('-', '−')
        : $"none: only {Points.Count} settings reach the target within the measured N";
}
