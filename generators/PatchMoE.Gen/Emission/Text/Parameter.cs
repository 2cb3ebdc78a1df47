namespace PatchMoE.Gen.Emission.Text;

/// <summary>A parameter of an emitted method.</summary>
/// <param name="Type">Its type with its modifiers, for example <c>ref float</c>, <c>int</c>, <c>scoped in WeightTarget</c>, <c>ArrayView&lt;float&gt;</c>.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsUsed">Whether this network's method has it: a method of which networks need different parts lists all parameters that it can have.</param>
internal sealed record Parameter(string Type, string Name, bool IsUsed = true)
{
    /// <summary>Its default value; empty for none.</summary>
    public string Default { get; init; } = string.Empty;

    public string Declaration => Default.Length == 0 ? $"{Type} {Name}" : $"{Type} {Name} = {Default}";

    private string Modifier => Type.Split(' ').FirstOrDefault(word => word is "ref" or "in" or "out") is { } modifier ? modifier + " " : string.Empty;

    public Parameter When(bool isUsed) => this with { IsUsed = isUsed };

    /// <summary>An argument for it.</summary>
    /// <param name="value">What is handed over, without <c>ref</c> or <c>in</c>.</param>
    public string Argument(Expression value) => $"{Modifier}{value}";
}
