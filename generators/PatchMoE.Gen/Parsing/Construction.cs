using Microsoft.CodeAnalysis;

namespace PatchMoE.Gen.Parsing;

/// <summary>Whether <c>new()</c> makes an object of a class.</summary>
internal static class Construction
{
    private const string SetsRequiredMembers = "SetsRequiredMembersAttribute";

    /// <summary>What is in the way of <c>new()</c>, and how to remove it; null if nothing is.</summary>
    public static (string Obstacle, string Fix)? Obstacle(INamedTypeSymbol type)
    {
        if (type.IsAbstract)
        {
            return ("is abstract", "Remove 'abstract'");
        }

        IMethodSymbol? constructor = type.InstanceConstructors
            .Where(candidate => candidate.Parameters.All(parameter => parameter.IsOptional || parameter.IsParams))
            .OrderBy(candidate => candidate.Parameters.Length)
            .FirstOrDefault();
        if (constructor is null)
        {
            return ("has no constructor without parameters", "Add one; it may be private");
        }

        return RequiredMember(type) is { } member && !constructor.GetAttributes().Any(attribute => attribute.AttributeClass?.Name == SetsRequiredMembers)
            ? ($"has the required member '{member.Name}'", "Remove 'required', or add a constructor without parameters that has [SetsRequiredMembers]; it may be private")
            : null;
    }

    private static ISymbol? RequiredMember(INamedTypeSymbol type) => UserMembers.WithInherited(type).FirstOrDefault(
        member => member is IPropertySymbol { IsRequired: true } or IFieldSymbol { IsRequired: true });
}
