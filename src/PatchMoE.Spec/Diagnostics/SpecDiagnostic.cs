using System.Globalization;

namespace PatchMoE;

/// <summary>One broken rule at one place.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Path">The field, for example <c>model.layers[0].patchesPerExpert</c>; empty for the whole file or class.</param>
/// <param name="Span">The position of the value.</param>
/// <param name="Arguments">The arguments of the rule's format strings.</param>
public sealed record SpecDiagnostic(DiagnosticRule Rule, string Path, SourceSpan Span, EquatableArray<string> Arguments)
{
    /// <summary>Path, rule and fix: <c>model.layers[0].patchesPerExpert: 20 is more than the 16 patches there are. Use 1 to 16.</c></summary>
    public string Message => PathPrefix + string.Format(CultureInfo.InvariantCulture, Rule.MessageFormat, [.. Arguments]);

    /// <summary>What the text at <see cref="Span"/> should be instead; null where several repairs are as likely.</summary>
    public string? Repair { get; init; }

    /// <summary>The part of a message before the rule's text: the path and a colon; empty without a path.</summary>
    public string PathPrefix => Path.Length == 0 ? string.Empty : $"{Path}: ";

    /// <summary>A diagnostic with its arguments as invariant text.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="path">The field; empty for the whole file or class.</param>
    /// <param name="span">The position of the value; default if there is no text.</param>
    /// <param name="arguments">The arguments of the rule's format strings.</param>
    public static SpecDiagnostic Of(DiagnosticRule rule, string path, SourceSpan span, params object?[] arguments) =>
        new(rule, path, span, arguments.Select(argument => Convert.ToString(argument, CultureInfo.InvariantCulture) ?? string.Empty).ToEquatableArray());

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
