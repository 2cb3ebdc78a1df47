using Microsoft.CodeAnalysis;
using PatchMoE.Gen.Parsing;

namespace PatchMoE.Gen;

/// <summary>The table of rules as Roslyn knows them.</summary>
internal static class RuleDescriptors
{
    private static readonly Dictionary<string, DiagnosticDescriptor> s_descriptors = DiagnosticRules.All.ToDictionary(
        rule => rule.Id,
        rule => new DiagnosticDescriptor(
            rule.Id,
            rule.Title,
            messageFormat: "{0}",
            category: "PatchMoE",
            rule.Level switch
            {
                DiagnosticLevel.Error => DiagnosticSeverity.Error,
                DiagnosticLevel.Warning => DiagnosticSeverity.Warning,
                _ => DiagnosticSeverity.Info,
            },
            isEnabledByDefault: true),
        StringComparer.Ordinal);

    public static Diagnostic ToDiagnostic(SpecDiagnostic diagnostic) =>
        Diagnostic.Create(s_descriptors[diagnostic.Rule.Id], diagnostic.Span.ToLocation(), diagnostic.Message);
}
