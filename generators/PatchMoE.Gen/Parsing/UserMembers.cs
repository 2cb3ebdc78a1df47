using Microsoft.CodeAnalysis;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Parsing;

/// <summary>A member of the user's that may be in the way of a generated one.</summary>
/// <param name="Member">What C# compares.</param>
/// <param name="Display">Its name with its type's, for messages.</param>
/// <param name="Span">The position of its name.</param>
internal sealed record UserMember(ClassMember Member, string Display, SourceSpan Span);

/// <summary>
/// Reads the members that the user's class has itself, and the abstract ones that it inherits and leaves open, which C# forbids to hide. All other
/// inherited members are hidden without harm.
/// </summary>
internal static class UserMembers
{
    public static EquatableArray<UserMember> Of(INamedTypeSymbol type, SourceSpan name) => type.GetMembers()
        .Where(member => !member.DeclaringSyntaxReferences.IsEmpty)
        .Concat(OpenAbstractMembers(type))
        .Where(member => EmittedMembers.IsName(Name(member)) && member is not IMethodSymbol { AssociatedSymbol: not null })
        .Select(member => Of(member, name))
        .ToEquatableArray();

    private static UserMember Of(ISymbol member, SourceSpan name)
    {
        ClassMember described = Describe(member);
        Location? place = member.Locations.FirstOrDefault(location => location.IsInSource);
        return new UserMember(described, $"{member.ContainingType.Name}.{described.DisplayName}", place?.ToSourceSpan() ?? name);
    }

    public static ClassMember Describe(ISymbol member) => member switch
    {
        IMethodSymbol method => new ClassMember(
            Name(method), MemberKind.Method, string.Join(", ", method.Parameters.Select(Describe)), method.Arity),
        INamedTypeSymbol type => new ClassMember(type.Name, MemberKind.Type, Arity: type.Arity),
        _ => new ClassMember(Name(member)),
    };

    /// <summary>Roslyn names an explicit implementation as its source writes the interface.</summary>
    private static string Name(ISymbol member) => member.Name.Replace("global::", string.Empty);

    private static string Describe(IParameterSymbol parameter)
    {
        string type = parameter.Type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);
        return parameter.RefKind == RefKind.None ? type : $"ref {type}";
    }

    /// <summary>The members of a type and of those that it inherits from, itself first.</summary>
    public static IEnumerable<ISymbol> WithInherited(INamedTypeSymbol type) =>
        type.GetMembers().Concat(type.BaseType is { } inherited ? WithInherited(inherited) : []);

    private static IEnumerable<ISymbol> OpenAbstractMembers(INamedTypeSymbol type)
    {
        var overridden = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        foreach (ISymbol member in WithInherited(type))
        {
            ISymbol? original = member switch { IMethodSymbol method => method.OverriddenMethod, IPropertySymbol property => property.OverriddenProperty, _ => null };
            if (original is not null)
            {
                overridden.Add(original.OriginalDefinition);
            }

            bool isInherited = !SymbolEqualityComparer.Default.Equals(member.ContainingType, type);
            if (isInherited && member is { IsAbstract: true, Kind: SymbolKind.Method or SymbolKind.Property or SymbolKind.Event } && !overridden.Contains(member.OriginalDefinition))
            {
                yield return member;
            }
        }
    }
}
