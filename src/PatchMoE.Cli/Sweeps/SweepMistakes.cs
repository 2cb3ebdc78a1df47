using System.Globalization;

namespace PatchMoE.Cli.Sweeps;

/// <summary>The mistakes in a sweep file, shown in the form and the order in which those of a spec are.</summary>
internal sealed class SweepMistakes
{
    private readonly List<(SourceSpan Place, string Text)> _own = [];

    /// <summary>Those of the form, which specs have rules for.</summary>
    public DiagnosticBag Form { get; } = new();

    /// <summary>Whether there are any.</summary>
    public bool Any => _own.Count > 0 || Form.HasErrors;

    /// <summary>Reports one that only a sweep can have.</summary>
    /// <param name="place">The position.</param>
    /// <param name="path">The field of the sweep file; empty for the whole file.</param>
    /// <param name="message">The value, the rule and the fix.</param>
    public void Report(SourceSpan place, string path, string message) =>
        _own.Add((place, $"{At(place)}: error: {(path.Length == 0 ? "" : $"{path}: ")}{message}"));

    /// <summary>A position, as compilers print it.</summary>
    public static string At(SourceSpan place) => string.Create(CultureInfo.InvariantCulture, $"{place.File}({place.Line + 1},{place.Column + 1})");

    /// <summary>A line for each.</summary>
    public IReadOnlyList<string> Lines() =>
    [
        .. Form.InTextOrder().Select(diagnostic => (Place: diagnostic.Span, Text: diagnostic.ToString()))
            .Concat(_own)
            .OrderBy(mistake => mistake.Place.Start)
            .Select(mistake => mistake.Text)
            .Distinct(),
    ];
}
