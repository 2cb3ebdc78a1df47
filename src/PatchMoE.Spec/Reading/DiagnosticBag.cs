namespace PatchMoE;

/// <summary>Collects diagnostics while reading continues.</summary>
internal sealed class DiagnosticBag
{
    private readonly List<SpecDiagnostic> _diagnostics = [];

    /// <summary>Whether any of them is an error.</summary>
    public bool HasErrors => _diagnostics.Any(diagnostic => diagnostic.Rule.Level == DiagnosticLevel.Error);

    /// <summary>Adds a diagnostic.</summary>
    public void Report(DiagnosticRule rule, SpecPlace place, params object?[] arguments) => Add(SpecDiagnostic.Of(rule, place.Path, place.Span, arguments));

    /// <summary>Adds a diagnostic from a check outside the reader.</summary>
    public void Add(SpecDiagnostic diagnostic) => _diagnostics.Add(diagnostic);

    /// <summary>All of them, in the order of the text; those at the same position in the order reported.</summary>
    public EquatableArray<SpecDiagnostic> InTextOrder() =>
        _diagnostics
            .OrderBy(diagnostic => diagnostic.Span.File, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Span.Start)
            .ToEquatableArray();
}
