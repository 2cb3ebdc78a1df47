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

    /// <summary>What the fit says, a sentence without its end: growth only where it is more than two standard errors from none.</summary>
    /// <param name="subject">What is needed, for example <c>the needed N</c>.</param>
    /// <param name="symbol">The setting's symbol.</param>
    public string Finding(string subject, string symbol) => Fit switch
    {
        null => $"the growth of {subject} with {symbol} has no exponent ({Text})",
        { } fit when fit.Exponent > 2 * fit.ExponentError => $"{subject} grows with {symbol} to the power {Text} (standard error of the fit)",
        _ => $"no growth of {subject} with {symbol} is measured: the fitted exponent is {Text} (standard error of the fit)",
    };

    /// <summary>The exponent with its standard error; why there is none.</summary>
    public string Text => Fit is { } fit
        ? FormattableString.Invariant($"{fit.Exponent:0.00} ± {fit.ExponentError:0.00}").Replace('-', '−')
        : $"only {Points.Count} settings reach the target within the measured N";
}
