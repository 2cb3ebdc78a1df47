namespace PatchMoE.Gen.Emission.Text;

/// <summary>A parameter of an emitted method.</summary>
/// <param name="Type">Its type with its modifiers, for example <c>ref float</c>, <c>int</c>, <c>scoped in WeightTarget</c>, <c>ArrayView&lt;float&gt;</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsUsed">Whether this network's method has it: a method of which networks need different parts lists all parameters that it can have.</param>
internal sealed record Parameter(string Type, string Name, bool IsUsed = true)
{
    /// <summary>A reference to the first of several floats.</summary>
    public static Parameter Floats(string name) => new("ref float", name);

    /// <summary>A reference to the first of several integers.</summary>
    public static Parameter Integers(string name) => new("ref int", name);

    /// <summary>A number.</summary>
    public static Parameter Number(string name) => new("int", name);

    /// <summary>The parameter, if this network's method has it.</summary>
    public Parameter When(bool isUsed) => this with { IsUsed = isUsed };

    /// <summary>Its default value; empty for none.</summary>
    public string Default { get; init; } = string.Empty;

    /// <summary>The declaration.</summary>
    public string Declaration => Default.Length == 0 ? $"{Type} {Name}" : $"{Type} {Name} = {Default}";

    /// <summary>The modifier that stands at an argument too.</summary>
    private string Modifier => Type.Split(' ').FirstOrDefault(word => word is "ref" or "in" or "out") is { } modifier ? modifier + " " : string.Empty;

    /// <summary>An argument for it.</summary>
    /// <param name="value">What is handed over, without <c>ref</c> or <c>in</c>.</param>
    public string Argument(Expression value) => $"{Modifier}{value}";
}
