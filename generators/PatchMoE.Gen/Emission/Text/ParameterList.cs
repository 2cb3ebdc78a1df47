namespace PatchMoE.Gen.Emission.Text;

/// <summary>A part of a method's parameters, written as in C#: <c>"int taken, ref float y"</c>; in a pair with a condition, those that some networks' methods lack.</summary>
/// <param name="Parameters">The parameters in order.</param>
internal readonly record struct ParameterList(IReadOnlyList<Parameter> Parameters)
{
    public static implicit operator ParameterList(string text) => new([.. text.Split(',').Select(Parse)]);

    public static implicit operator ParameterList((string Text, bool AreUsed) part) =>
        new([.. ((ParameterList)part.Text).Parameters.Select(parameter => parameter.When(part.AreUsed))]);

    public static implicit operator ParameterList(Parameter parameter) => new([parameter]);

    private static Parameter Parse(string text)
    {
        string[] sides = text.Split('=');
        string declaration = sides[0].Trim();
        int name = declaration.LastIndexOf(' ');
        return new Parameter(declaration.Substring(0, name), declaration.Substring(name + 1)) { Default = sides.Length == 1 ? string.Empty : sides[1].Trim() };
    }
}
