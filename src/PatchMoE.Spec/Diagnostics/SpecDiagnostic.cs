using System.Globalization;

namespace PatchMoE;

/// <summary>One broken rule at one place.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Path">The field, for example <c>model.layers[0].patchesPerExpert</c>; empty for the whole file or class.</param>
/// <param name="Span">Where the value stands.</param>
/// <param name="Arguments">What the rule's texts are filled with.</param>
public sealed record SpecDiagnostic(DiagnosticRule Rule, string Path, SourceSpan Span, EquatableArray<string> Arguments)
{
    /// <summary>Path, rule and fix: <c>model.layers[0].patchesPerExpert: 20 is more than the 16 patches there are. Use 1 to 16.</c></summary>
    public string Message
    {
        get
        {
            object[] arguments = [.. Arguments];
            string rule = string.Format(CultureInfo.InvariantCulture, Rule.Rule, arguments);
            string fix = string.Format(CultureInfo.InvariantCulture, Rule.Fix, arguments);
            return Path.Length == 0 ? $"{rule} {fix}" : $"{Path}: {rule} {fix}";
        }
    }

    /// <summary>
    /// The line that compilers print and editors understand:
    /// <c>specs/a.json(7,23): error PMOE011: …</c>, lines and columns from 1.
    /// </summary>
    public override string ToString()
    {
        string place = Span.File.Length == 0 ? $"({Span.Line + 1},{Span.Column + 1})" : $"{Span.File}({Span.Line + 1},{Span.Column + 1})";
        string level = Rule.Level switch { DiagnosticLevel.Error => "error", DiagnosticLevel.Warning => "warning", _ => "info" };
        return $"{place}: {level} {Rule.Id}: {Message}";
    }
}
