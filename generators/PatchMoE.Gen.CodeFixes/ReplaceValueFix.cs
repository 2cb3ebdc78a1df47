using System.Collections.Immutable;
using System.Composition;
using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.Text;

namespace PatchMoE.Gen.CodeFixes;

/// <summary>Replaces a value, in an attribute or in a spec file, by the one that the diagnostic names.</summary>
[ExportCodeFixProvider(
    LanguageNames.CSharp, Name = nameof(ReplaceValueFix), DocumentKinds = [nameof(TextDocumentKind.Document), nameof(TextDocumentKind.AdditionalDocument)])]
[Shared]
public sealed class ReplaceValueFix : CodeFixProvider
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } =
    [
        DiagnosticRules.UnknownField.Id, DiagnosticRules.UnknownWord.Id, DiagnosticRules.TooManyPatchesPerExpert.Id, DiagnosticRules.TooManyExpertsPerPatch.Id,
        DiagnosticRules.PixelsLeftOver.Id,
    ];

    /// <inheritdoc/>
    public override FixAllProvider? GetFixAllProvider() => null;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        (TextDocument document, TextSpan span) = (context.TextDocument, context.Span);
        foreach (Diagnostic diagnostic in context.Diagnostics)
        {
            // C# has no word or array of JSON.
            if (diagnostic.Properties.TryGetValue(nameof(SpecDiagnostic.Repair), out string? repair) && repair is not null
                && (document is not Document || int.TryParse(repair, NumberStyles.None, CultureInfo.InvariantCulture, out _)))
            {
                string title = $"Use {repair}";
                context.RegisterCodeFix(CodeAction.Create(title, cancellation => ReplaceAsync(document, span, repair, cancellation), title), diagnostic);
            }
        }

        return Task.CompletedTask;
    }

    private static async Task<Solution> ReplaceAsync(TextDocument document, TextSpan span, string repair, CancellationToken cancellation)
    {
        SourceText text = await document.GetTextAsync(cancellation).ConfigureAwait(false);
        SourceText repaired = text.Replace(span, repair);
        Solution solution = document.Project.Solution;
        return document is Document ? solution.WithDocumentText(document.Id, repaired) : solution.WithAdditionalDocumentText(document.Id, repaired);
    }
}
