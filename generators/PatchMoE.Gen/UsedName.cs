namespace PatchMoE.Gen;

/// <summary>What emitted code does with a name, which decides what can hide it.</summary>
public enum NameUse
{
    /// <summary>It stands only where a type must stand: types and namespaces hide it.</summary>
    Type,

    /// <summary>It is an attribute's name without "Attribute": only attributes hide it.</summary>
    Attribute,

    /// <summary>It stands before a dot in an expression: members of the class hide it too.</summary>
    Expression,

    /// <summary>It is a method of <c>using static</c>: methods of the class, members that hold a delegate, and namespaces hide it.</summary>
    Method,
}

/// <summary>A name that emitted code uses without saying where it comes from.</summary>
/// <param name="Name">The name.</param>
/// <param name="Arity">The type arguments that are written behind it.</param>
/// <param name="Use">What the code does with it.</param>
public sealed record UsedName(string Name, int Arity, NameUse Use);
