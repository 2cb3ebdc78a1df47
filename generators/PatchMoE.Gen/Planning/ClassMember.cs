namespace PatchMoE.Gen.Planning;

/// <summary>What a member is, as far as it decides which other members its class can have.</summary>
internal enum MemberKind
{
    /// <summary>A constant, field, property or event: no other member can have its name.</summary>
    Value,

    /// <summary>A method: other methods can have its name, with other parameters.</summary>
    Method,

    /// <summary>A nested type: other nested types can have its name, with another number of type parameters.</summary>
    Type,
}

/// <summary>A member of a model's class, generated or the user's.</summary>
/// <param name="Name">Its name; of an explicit implementation with the interface's full name before it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Parameters">The types of a method's parameters, fully qualified; empty for others.</param>
/// <param name="Arity">Its type parameters.</param>
internal sealed record ClassMember(string Name, MemberKind Kind = MemberKind.Value, string Parameters = "", int Arity = 0)
{
    public string DisplayName => Name.Substring(Name.LastIndexOf('.') + 1);

    /// <summary>Whether one class cannot have both members.</summary>
    public bool Excludes(ClassMember other) =>
        Name == other.Name && (Kind != other.Kind || Kind == MemberKind.Value || (Arity == other.Arity && Parameters == other.Parameters));
}
