namespace PatchMoE.Gen.Emission.Text;

/// <summary>
/// An emitted method as its callers and its own printer know it: one value says the name and the parameters, so a declaration and its calls cannot differ.
/// </summary>
/// <param name="Name">Its name, without type arguments.</param>
/// <param name="Lists">All parameters that it can have, in order; those not used are neither declared nor handed over.</param>
internal sealed record Method(string Name, params ParameterList[] Lists)
{
    public string Returns { get; init; } = "void";
    public string Modifiers { get; init; } = "private static";

    /// <summary>The class that a call names; empty within it.</summary>
    public string Owner { get; init; } = string.Empty;

    /// <summary>The attributes, each a line.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    public IReadOnlyList<Parameter> Parameters { get; } = [.. Lists.SelectMany(list => list.Parameters)];
    public IEnumerable<Parameter> Used => Parameters.Where(parameter => parameter.IsUsed);

    public Method Of(string owner) => this with { Owner = owner };

    /// <summary>A call. A parameter that is not named is passed the variable of its own name.</summary>
    /// <param name="arguments">Values by parameter; those of parameters that this network's method does not have are dropped.</param>
    /// <exception cref="ArgumentException">The method cannot have a parameter of that name.</exception>
    public Call Call(params (string Name, Expression Value)[] arguments)
    {
        foreach ((string name, _) in arguments)
        {
            if (Parameters.All(parameter => parameter.Name != name))
            {
                throw new ArgumentException($"{Name} has no parameter '{name}'.", nameof(arguments));
            }
        }

        return new Call(
            Owner.Length == 0 ? Name : $"{Owner}.{Name}",
            [.. Used.Select(parameter => parameter.Argument(arguments.Where(argument => argument.Name == parameter.Name).Select(argument => argument.Value).DefaultIfEmpty(parameter.Name).First()))]);
    }
}

/// <summary>A call of a method: printed on one line, or an argument a line where that would be too long.</summary>
/// <param name="Target">What is called.</param>
/// <param name="Arguments">The arguments in order.</param>
internal sealed record Call(string Target, IReadOnlyList<string> Arguments)
{
    public override string ToString() => $"{Target}({string.Join(", ", Arguments)})";
}
