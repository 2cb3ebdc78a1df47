using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Parsing;

/// <summary>Reads a class with [PatchMoE] and checks that code can be added to it.</summary>
internal static class ClassParser
{
    public const string AttributeName = "PatchMoE.PatchMoEAttribute";
    private const string RuntimeType = "PatchMoE.IPatchMoEModel";

    /// <summary>The first C# with static abstract members of interfaces, which the kernels are generic over.</summary>
    private const LanguageVersion NeededLanguage = LanguageVersion.CSharp11;

    /// <summary>The class of a declaration; null for a second declaration with the attribute, which the compiler refuses.</summary>
    public static ModelClass? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var declaration = (TypeDeclarationSyntax)context.TargetNode;
        var symbol = (INamedTypeSymbol)context.TargetSymbol;
        AttributeData attribute = symbol.GetAttributes().First(other => SymbolEqualityComparer.Default.Equals(other.AttributeClass, context.Attributes[0].AttributeClass));
        if (attribute.ApplicationSyntaxReference is not { } place || place.SyntaxTree != declaration.SyntaxTree || !declaration.Span.Contains(place.Span))
        {
            return null;
        }

        SourceSpan name = declaration.Identifier.GetLocation().ToSourceSpan();
        List<SpecDiagnostic> diagnostics = [.. CheckClass(declaration, symbol, name)];
        if (context.SemanticModel.Compilation.GetTypeByMetadataName(RuntimeType) is null)
        {
            diagnostics.Add(Report(DiagnosticRules.RuntimeNotReferenced, name, symbol.Name));
        }

        var language = ((CSharpParseOptions)declaration.SyntaxTree.Options).LanguageVersion;
        if (language < NeededLanguage)
        {
            diagnostics.Add(Report(DiagnosticRules.LanguageVersionTooLow, name, symbol.Name, language.ToDisplayString(), NeededLanguage.ToDisplayString()));
        }

        string? file = attribute.ConstructorArguments.FirstOrDefault().Value as string;
        SpecNode? network = null;
        SourceSpan fileSpan = default;
        if (file is not null)
        {
            fileSpan = AttributeArguments.Of(attribute, cancellation).Span("specFile");
            AttributeReader.RejectBesideFile(symbol, diagnostics, cancellation);
        }
        else
        {
            network = AttributeReader.Read(attribute, symbol, name, diagnostics, cancellation);
        }

        bool torchSharp = Backends.Of(context.SemanticModel.Compilation).TorchSharp;
        return new ModelClass(Target(symbol, declaration), file, fileSpan, network, name, UserMembers.Of(symbol, name), torchSharp, diagnostics.ToEquatableArray());
    }

    public static SpecDiagnostic Report(DiagnosticRule rule, SourceSpan span, params string[] arguments) =>
        new(rule, string.Empty, span, arguments.ToEquatableArray());

    private static IEnumerable<SpecDiagnostic> CheckClass(TypeDeclarationSyntax declaration, INamedTypeSymbol symbol, SourceSpan name)
    {
        (bool IsBroken, DiagnosticRule Rule)[] rules =
        [
            (!IsPartial(declaration), DiagnosticRules.ClassNotPartial),
            (symbol.IsStatic, DiagnosticRules.StaticClass),
            (symbol.IsFileLocal, DiagnosticRules.FileLocalClass),
            (symbol.IsGenericType, DiagnosticRules.GenericClass),
        ];
        IEnumerable<SpecDiagnostic> outer = declaration.Ancestors().OfType<TypeDeclarationSyntax>()
            .Where(type => !IsPartial(type))
            .Select(type => Report(DiagnosticRules.OuterTypeNotPartial, name, symbol.Name, type.Identifier.Text));
        return
        [
            .. rules.Where(rule => rule.IsBroken).Select(rule => Report(rule.Rule, name, symbol.Name)),
            .. !symbol.IsStatic && Construction.Obstacle(symbol) is var (obstacle, fix) ? [Report(DiagnosticRules.NoPlainConstructor, name, symbol.Name, obstacle, fix)] : Array.Empty<SpecDiagnostic>(),
            .. outer,
        ];
    }

    private static TargetClass Target(INamedTypeSymbol symbol, TypeDeclarationSyntax declaration)
    {
        string space = symbol.ContainingNamespace.IsGlobalNamespace ? string.Empty : symbol.ContainingNamespace.ToDisplayString();
        IEnumerable<string> containing = declaration.Ancestors().OfType<TypeDeclarationSyntax>().Reverse().Select(Declaration);
        return new TargetClass(space, containing.ToEquatableArray(), Declaration(declaration), declaration.Identifier.Text);
    }

    private static string Declaration(TypeDeclarationSyntax type)
    {
        string keyword = type is RecordDeclarationSyntax { ClassOrStructKeyword.RawKind: (int)SyntaxKind.StructKeyword } ? "record struct" : type.Keyword.Text;
        return $"partial {keyword} {type.Identifier.Text}";
    }

    private static bool IsPartial(TypeDeclarationSyntax type) => type.Modifiers.Any(SyntaxKind.PartialKeyword);
}
