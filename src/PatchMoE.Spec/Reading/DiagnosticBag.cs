namespace PatchMoE;

/// <summary>Collects what is wrong while the reading goes on.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<SpecDiagnostic> _diagnostics = [];

    /// <summary>Whether any of them is an error.</summary>
    public bool HasErrors => _diagnostics.Any(diagnostic => diagnostic.Rule.Level == DiagnosticLevel.Error);

    /// <summary>Adds a diagnostic.</summary>
    public void Report(DiagnosticRule rule, SpecPlace place, params object?[] arguments) => Add(SpecDiagnostic.Of(rule, place.Path, place.Span, arguments));

    /// <summary>Adds a diagnostic that a check outside the reader made.</summary>
    public void Add(SpecDiagnostic diagnostic) => _diagnostics.Add(diagnostic);

    /// <summary>All of them, in the order of the text; at one place in the order of their reports.</summary>
    public EquatableArray<SpecDiagnostic> InTextOrder() =>
        _diagnostics
            .OrderBy(diagnostic => diagnostic.Span.File, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Span.Start)
            .ToEquatableArray();
}
