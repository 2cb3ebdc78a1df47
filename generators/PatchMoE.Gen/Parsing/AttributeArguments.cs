using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PatchMoE.Gen.Parsing;

/// <summary>The arguments that are written in an attribute, by name, each with its value and place.</summary>
internal sealed class AttributeArguments
{
    private readonly Dictionary<string, (TypedConstant Value, SourceSpan Span)> _arguments = new(StringComparer.Ordinal);

    private AttributeArguments(string name, SourceSpan attribute) => (AttributeName, AttributeSpan) = (name, attribute);

    /// <summary>The attribute's name as it is written.</summary>
    public string AttributeName { get; }

    /// <summary>The position of the whole attribute.</summary>
    public SourceSpan AttributeSpan { get; }

    public static AttributeArguments Of(AttributeData attribute, CancellationToken cancellation)
    {
        var syntax = (AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(cancellation);
        var arguments = new AttributeArguments(attribute.AttributeClass!.Name.Replace("Attribute", string.Empty), syntax.GetLocation().ToSourceSpan());
        string[] parameters = attribute.AttributeConstructor?.Parameters.Select(parameter => parameter.Name).ToArray() ?? [];
        AttributeArgumentSyntax[] written = syntax.ArgumentList?.Arguments.ToArray() ?? [];
        for (int i = 0; i < written.Length; i++)
        {
            // Properties come behind all arguments of the constructor.
            string? property = written[i].NameEquals?.Name.Identifier.Text;
            string? name = property ?? written[i].NameColon?.Name.Identifier.Text ?? parameters.ElementAtOrDefault(i);
            int index = Array.IndexOf(parameters, name);
            if (property is not null)
            {
                arguments.Add(property, attribute.NamedArguments.FirstOrDefault(pair => pair.Key == property).Value, written[i]);
            }
            else if (index >= 0)
            {
                arguments.Add(parameters[index], attribute.ConstructorArguments[index], written[i]);
            }
        }

        return arguments;
    }

    public bool Has(string name) => _arguments.ContainsKey(name);

    /// <summary>The position of an argument's value; of the attribute if it is omitted.</summary>
    public SourceSpan Span(string name) => _arguments.TryGetValue(name, out (TypedConstant Value, SourceSpan Span) argument) ? argument.Span : AttributeSpan;

    /// <summary>The value of an argument; null if it is not written.</summary>
    public object? Value(string name) =>
        _arguments.TryGetValue(name, out (TypedConstant Value, SourceSpan Span) argument) && argument.Value.Kind != TypedConstantKind.Array ? argument.Value.Value : null;

    /// <summary>The elements of an array argument; empty if it is not written.</summary>
    public IEnumerable<object?> Values(string name) =>
        _arguments.TryGetValue(name, out (TypedConstant Value, SourceSpan Span) argument) && argument.Value.Kind == TypedConstantKind.Array && !argument.Value.IsNull
            ? argument.Value.Values.Select(value => value.Value)
            : [];

    private void Add(string name, TypedConstant value, AttributeArgumentSyntax argument)
    {
        // An argument that does not compile has no value; the compiler reports it.
        if (value.Kind != TypedConstantKind.Error)
        {
            _arguments[name] = (value, argument.Expression.GetLocation().ToSourceSpan());
        }
    }
}
