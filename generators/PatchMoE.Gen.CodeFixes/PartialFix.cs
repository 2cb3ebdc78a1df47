using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Editing;
using Microsoft.CodeAnalysis.Text;

namespace PatchMoE.Gen.CodeFixes;

/// <summary>Makes a model class, and the types that contain it, partial.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(PartialFix))]
[Shared]
public sealed class PartialFix : CodeFixProvider
{
    private const string Title = "Make the class partial";

    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds { get; } = [DiagnosticRules.ClassNotPartial.Id, DiagnosticRules.OuterTypeNotPartial.Id];

    /// <inheritdoc/>
    public override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public override Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        (Document document, TextSpan name) = (context.Document, context.Span);
        context.RegisterCodeFix(CodeAction.Create(Title, cancellation => MakePartialAsync(document, name, cancellation), Title), context.Diagnostics);
        return Task.CompletedTask;
    }

    private static async Task<Document> MakePartialAsync(Document document, TextSpan name, CancellationToken cancellation)
    {
        SyntaxNode root = (await document.GetSyntaxRootAsync(cancellation).ConfigureAwait(false))!;
        var generator = SyntaxGenerator.GetGenerator(document);
        IEnumerable<TypeDeclarationSyntax> types = root.FindNode(name).AncestorsAndSelf().OfType<TypeDeclarationSyntax>().Where(type => !type.Modifiers.Any(SyntaxKind.PartialKeyword));
        return document.WithSyntaxRoot(root.ReplaceNodes(types, (_, type) => generator.WithModifiers(type, generator.GetModifiers(type).WithPartial(true))));
    }
}
