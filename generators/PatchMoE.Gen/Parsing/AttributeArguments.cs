using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace PatchMoE.Gen.Parsing;

/// <summary>The arguments that are written in an attribute, by name, each with its value and place.</summary>
internal sealed class AttributeArguments
{
    private readonly Dictionary<string, (TypedConstant Value, SourceSpan Span)> _arguments = new(StringComparer.Ordinal);

    private AttributeArguments(SourceSpan attribute) => AttributeSpan = attribute;

    /// <summary>The position of the whole attribute.</summary>
    public SourceSpan AttributeSpan { get; }

    public static AttributeArguments Of(AttributeData attribute, CancellationToken cancellation)
    {
        var syntax = (AttributeSyntax)attribute.ApplicationSyntaxReference!.GetSyntax(cancellation);
        var arguments = new AttributeArguments(syntax.GetLocation().ToSourceSpan());
        AttributeArgumentSyntax[] written = syntax.ArgumentList?.Arguments.ToArray() ?? [];
        int position = 0;
        foreach (AttributeArgumentSyntax argument in written)
        {
            SourceSpan span = argument.Expression.GetLocation().ToSourceSpan();
            if (argument.NameEquals is { } property)
            {
                string name = property.Name.Identifier.Text;
                TypedConstant value = attribute.NamedArguments.FirstOrDefault(pair => pair.Key == name).Value;
                arguments.Add(name, value, span);
                continue;
            }

            int index = position++;
            if (attribute.AttributeConstructor is not { } constructor)
            {
                continue;
            }

            if (argument.NameColon is { } colon)
            {
                index = constructor.Parameters.ToList().FindIndex(parameter => parameter.Name == colon.Name.Identifier.Text);
            }

            if (index >= 0 && index < constructor.Parameters.Length)
            {
                arguments.Add(constructor.Parameters[index].Name, attribute.ConstructorArguments[index], span);
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

    private void Add(string name, TypedConstant value, SourceSpan span)
    {
        // An argument that does not compile has no value; the compiler reports it.
        if (value.Kind != TypedConstantKind.Error)
        {
            _arguments[name] = (value, span);
        }
    }
}
