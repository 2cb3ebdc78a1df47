using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen;

/// <summary>The table of rules as Roslyn knows them.</summary>
internal static class RuleDescriptors
{
    private static readonly Dictionary<string, DiagnosticDescriptor> s_descriptors = DiagnosticRules.All.ToDictionary(rule => rule.Id, Describe, StringComparer.Ordinal);

    /// <summary>The descriptor of a rule; its last argument is the path in the spec and a colon, which precede the text.</summary>
    public static DiagnosticDescriptor Of(DiagnosticRule rule) => s_descriptors[rule.Id];

    /// <summary>A diagnostic as Roslyn reports it; its properties hold the repair that the code fixes offer.</summary>
    public static Diagnostic ToDiagnostic(SpecDiagnostic diagnostic, Location location) => Diagnostic.Create(
        Of(diagnostic.Rule),
        location,
        diagnostic.Repair is { } repair ? ImmutableDictionary<string, string?>.Empty.Add(nameof(SpecDiagnostic.Repair), repair) : null,
        [.. diagnostic.Arguments.Take(ArgumentCount(diagnostic.Rule)), diagnostic.PathPrefix]);

    private static DiagnosticDescriptor Describe(DiagnosticRule rule) => new(
        rule.Id,
        rule.Title,
        messageFormat: $"{{{ArgumentCount(rule)}}}{rule.MessageFormat}",
        category: "PatchMoE",
        rule.Level switch
        {
            DiagnosticLevel.Error => DiagnosticSeverity.Error,
            DiagnosticLevel.Warning => DiagnosticSeverity.Warning,
            _ => DiagnosticSeverity.Info,
        },
        isEnabledByDefault: true,
        helpLinkUri: rule.HelpLink);

    private static int ArgumentCount(DiagnosticRule rule) =>
        Regex.Matches(rule.MessageFormat, @"\{(\d)\}").Cast<Match>().Select(match => match.Groups[1].Value[0] - '0' + 1).DefaultIfEmpty(0).Max();
}
