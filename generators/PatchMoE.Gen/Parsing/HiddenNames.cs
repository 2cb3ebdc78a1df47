using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen.Parsing;

/// <summary>Finds names that the emitted code uses and that mean something else in the class it is added to.</summary>
internal sealed class HiddenNames
{
    private readonly INamedTypeSymbol _model;
    private readonly Compilation _compilation;
    private readonly NameScope[] _scopes;

    private HiddenNames(INamedTypeSymbol model, SemanticModel semantics, int position)
    {
        (_model, _compilation) = (model, semantics.Compilation);
        _scopes = NameScopes.Of(model, semantics, position).ToArray();
    }

    /// <summary>A diagnostic for each hidden name.</summary>
    /// <param name="model">The class.</param>
    /// <param name="semantics">The semantics of its file.</param>
    /// <param name="position">Where the class stands in the file.</param>
    /// <param name="span">Where to report.</param>
    public static IEnumerable<SpecDiagnostic> Check(INamedTypeSymbol model, SemanticModel semantics, int position, SourceSpan span)
    {
        var names = new HiddenNames(model, semantics, position);
        foreach (UsedName used in EmittedNames.Used)
        {
            if (names.Hiding(used) is var (symbol, escape))
            {
                yield return ClassParser.Report(DiagnosticRules.HiddenName, span, model.Name, used.Name, names.Describe(symbol), escape);
            }
        }
    }

    /// <summary>What hides a name, and how to get out of its reach; null if the name means what the code needs. The first scope that knows it decides.</summary>
    private (ISymbol Symbol, string Escape)? Hiding(UsedName used)
    {
        foreach (NameScope scope in _scopes)
        {
            ISymbol[] found = scope.Find(used.Name).Where(symbol => IsTaken(symbol, used)).ToArray();
            if (found.FirstOrDefault(symbol => !IsNeeded(symbol)) is { } hiding)
            {
                return (hiding, scope.Escape);
            }

            if (found.Length > 0)
            {
                return null;
            }
        }

        return null;
    }

    /// <summary>Whether the compiler takes a symbol of the name for what the code uses.</summary>
    private bool IsTaken(ISymbol symbol, UsedName used) => symbol switch
    {
        INamespaceSymbol => used is { Arity: 0, Use: not NameUse.Attribute },
        IAliasSymbol alias => used.Arity == 0 && (alias.Target is INamedTypeSymbol target ? IsTakenAsType(target, used) : used.Use != NameUse.Attribute),
        INamedTypeSymbol type => type.Arity == used.Arity && !type.IsFileLocal && IsTakenAsType(type, used) && IsReachable(type),
        IMethodSymbol method => used.Use is NameUse.Expression or NameUse.Method && (used.Arity == 0 || used.Arity == method.Arity) && IsReachable(symbol),
        IPropertySymbol property => IsTakenAsValue(property.Type, used) && IsReachable(symbol),
        IFieldSymbol field => IsTakenAsValue(field.Type, used) && IsReachable(symbol),
        IEventSymbol { Type: var type } => IsTakenAsValue(type, used) && IsReachable(symbol),
        _ => false,
    };

    private static bool IsTakenAsType(INamedTypeSymbol type, UsedName used) => used.Use switch
    {
        NameUse.Attribute => type.BaseType is { Name: "Attribute" },
        NameUse.Method => false,
        _ => true,
    };

    /// <summary>A member <c>Loss</c> of type <c>Loss</c> hides nothing: before a dot C# reads it as either.</summary>
    private bool IsTakenAsValue(ITypeSymbol type, UsedName used) => used.Use switch
    {
        NameUse.Expression => type.Name != used.Name || !IsNeeded(type),
        NameUse.Method => used.Arity == 0 && type.TypeKind is TypeKind.Delegate or TypeKind.Dynamic,
        _ => false,
    };

    /// <summary>The class's own name is the matter of another rule.</summary>
    private bool IsReachable(ISymbol symbol) =>
        !symbol.Equals(_model, SymbolEqualityComparer.Default) && _compilation.IsSymbolAccessibleWithin(symbol, _model);

    /// <summary>Whether it is a type of the libraries that the emitted code is written for.</summary>
    private bool IsNeeded(ISymbol symbol) => symbol switch
    {
        IAliasSymbol alias => IsNeeded(alias.Target),
        INamedTypeSymbol { ContainingType: null } type =>
            !type.ContainingAssembly.Equals(_compilation.Assembly, SymbolEqualityComparer.Default) && EmittedNames.Namespaces.Contains(type.ContainingNamespace.ToDisplayString()),
        _ => false,
    };

    private string Describe(ISymbol symbol)
    {
        string kind = symbol switch
        {
            INamedTypeSymbol { IsRecord: true } => "record",
            INamedTypeSymbol type => type.TypeKind.ToString().ToLowerInvariant(),
            IAliasSymbol => "global alias",
            _ => symbol.Kind.ToString().ToLowerInvariant(),
        };
        string name = symbol is IMethodSymbol ? $"{symbol.ContainingType.ToDisplayString()}.{symbol.Name}" : symbol.ToDisplayString();
        string place = symbol switch
        {
            INamedTypeSymbol when !symbol.ContainingAssembly.Equals(_compilation.Assembly, SymbolEqualityComparer.Default) => $" of the assembly '{symbol.ContainingAssembly.Name}'",
            INamedTypeSymbol { ContainingType: null, ContainingNamespace.IsGlobalNamespace: true } => " of the global namespace",
            _ => string.Empty,
        };
        return $"the {kind} '{name}'{place}";
    }
}
