namespace PatchMoE;

/// <summary>Collects diagnostics while reading continues.</summary>
internal sealed class DiagnosticBag
{
    /// <summary>How many are kept: nobody reads more, and a text of empty layers would otherwise give a hundred times its own length.</summary>
    public const int Most = 100;

    private readonly List<SpecDiagnostic> _diagnostics = [];

    /// <summary>Whether any of them is an error, also of those that are not kept.</summary>
    public bool HasErrors { get; private set; }

    /// <summary>How many there were beyond those that are kept.</summary>
    public int Omitted { get; private set; }

    /// <summary>Adds a diagnostic.</summary>
    public void Report(DiagnosticRule rule, SpecPlace place, params object?[] arguments) => ReportRepairable(repair: null, rule, place, arguments);

    /// <summary>Adds a diagnostic, and what the text at its place should be instead; null if that is not clear.</summary>
    public void ReportRepairable(string? repair, DiagnosticRule rule, SpecPlace place, params object?[] arguments)
    {
        if (Counts(rule))
        {
            _diagnostics.Add(SpecDiagnostic.Of(rule, place.Path, place.Span, arguments) with { Repair = repair });
        }
    }

    /// <summary>Adds a diagnostic from a check outside the reader.</summary>
    public void Add(SpecDiagnostic diagnostic)
    {
        if (Counts(diagnostic.Rule))
        {
            _diagnostics.Add(diagnostic);
        }
    }

    /// <summary>Those that are kept, in the order of the text; those at the same position in the order reported.</summary>
    public EquatableArray<SpecDiagnostic> InTextOrder() =>
        _diagnostics
            .OrderBy(diagnostic => diagnostic.Span.File, StringComparer.Ordinal)
            .ThenBy(diagnostic => diagnostic.Span.Start)
            .ToEquatableArray();

    /// <summary>Notes that a rule is broken; false if no more are kept.</summary>
    private bool Counts(DiagnosticRule rule)
    {
        HasErrors |= rule.Level == DiagnosticLevel.Error;
        if (_diagnostics.Count < Most)
        {
            return true;
        }

        Omitted++;
        return false;
    }
}
