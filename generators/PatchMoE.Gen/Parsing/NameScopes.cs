using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PatchMoE.Gen.Parsing;

/// <summary>A place where the compiler looks for a name.</summary>
/// <param name="Find">The symbols of a name there.</param>
/// <param name="Escape">How a class gets out of its reach, behind "Rename it"; empty where only renaming helps.</param>
internal sealed record NameScope(Func<string, IEnumerable<ISymbol>> Find, string Escape);

/// <summary>The places where the compiler looks for a name in the emitted code of a class, the first first.</summary>
internal static class NameScopes
{
    public static IEnumerable<NameScope> Of(INamedTypeSymbol model, SemanticModel semantics, int position) =>
        [.. Types(model), .. Namespaces(model, semantics.Compilation), .. Imports(semantics, position)];

    /// <summary>The class and the types around it, each with what it inherits.</summary>
    private static IEnumerable<NameScope> Types(INamedTypeSymbol model)
    {
        for (INamedTypeSymbol? type = model; type is not null; type = type.ContainingType)
        {
            INamedTypeSymbol[] family = Family(type).ToArray();
            string escape = ReferenceEquals(type, model) ? string.Empty : $", or move '{model.Name}' out of '{type.Name}'";
            yield return new NameScope(name => family.SelectMany(member => member.GetMembers(name)), escape);
        }
    }

    private static IEnumerable<INamedTypeSymbol> Family(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? member = type; member is not null; member = member.BaseType)
        {
            yield return member;
        }

        foreach (INamedTypeSymbol member in type.TypeKind == TypeKind.Interface ? type.AllInterfaces : [])
        {
            yield return member;
        }
    }

    /// <summary>The namespaces around the class, as the whole compilation has them: a library can add to a project's namespace.</summary>
    private static IEnumerable<NameScope> Namespaces(INamedTypeSymbol model, Compilation compilation)
    {
        for (INamespaceSymbol? space = compilation.GetCompilationNamespace(model.ContainingNamespace); space is not null; space = space.ContainingNamespace)
        {
            INamespaceSymbol here = space;
            string escape = here.IsGlobalNamespace ? string.Empty : $", or move '{model.Name}' out of the namespace '{here.ToDisplayString()}'";
            yield return new NameScope(name => here.GetMembers(name), escape);
        }
    }

    /// <summary>What the emitted files import. Of the user's usings only the global ones reach them.</summary>
    private static IEnumerable<NameScope> Imports(SemanticModel semantics, int position)
    {
        const string escape = ", or make the global using a using of the files that need it";
        IImportScope[] all = semantics.GetImportScopes(position).ToArray();
        IAliasSymbol[] aliases = all.SelectMany(scope => scope.Aliases).Where(alias => alias.DeclaringSyntaxReferences.Any(IsGlobal)).ToArray();
        INamespaceOrTypeSymbol[] imported = all
            .SelectMany(scope => scope.Imports)
            .Where(import => import.DeclaringSyntaxReference is { } place && IsGlobal(place))
            .Select(import => import.NamespaceOrType)
            .Concat(EmittedNames.Namespaces.Select(name => Namespace(semantics.Compilation, name)).OfType<INamespaceOrTypeSymbol>())
            .ToArray();
        yield return new NameScope(name => aliases.Where(alias => alias.Name == name), escape);
        yield return new NameScope(name => imported.SelectMany(space => space.GetTypeMembers(name)), escape);
    }

    private static bool IsGlobal(SyntaxReference place) =>
        place.GetSyntax().FirstAncestorOrSelf<UsingDirectiveSyntax>() is { GlobalKeyword.Span.Length: > 0 };

    private static INamespaceSymbol? Namespace(Compilation compilation, string name) => name.Split('.').Aggregate(
        (INamespaceSymbol?)compilation.GlobalNamespace,
        (space, part) => space?.GetNamespaceMembers().FirstOrDefault(inner => inner.Name == part));
}
