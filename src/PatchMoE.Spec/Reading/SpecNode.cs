namespace PatchMoE;

/// <summary>
/// A value of a spec and where it stands: what the JSON parser and the generator's attribute reader both make, and the one
/// <see cref="SpecReader"/> reads.
/// </summary>
/// <param name="Span">Where the value stands.</param>
internal abstract record SpecNode(SourceSpan Span);

/// <summary>An object: its fields in the order of the text, doubles included.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Fields">The fields.</param>
internal sealed record SpecObject(SourceSpan Span, EquatableArray<SpecField> Fields) : SpecNode(Span);

/// <summary>A named value of an object.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="NameSpan">Where the name stands.</param>
/// <param name="Value">The value.</param>
internal sealed record SpecField(string Name, SourceSpan NameSpan, SpecNode Value);

/// <summary>An array.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Items">The elements.</param>
internal sealed record SpecArray(SourceSpan Span, EquatableArray<SpecNode> Items) : SpecNode(Span);

/// <summary>A number.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Value">The value.</param>
/// <param name="Text">As it is written.</param>
internal sealed record SpecNumber(SourceSpan Span, double Value, string Text) : SpecNode(Span);

/// <summary>A string.</summary>
/// <param name="Span">Where it stands, quotes included.</param>
/// <param name="Value">The text without quotes and escapes.</param>
internal sealed record SpecString(SourceSpan Span, string Value) : SpecNode(Span);

/// <summary>true or false.</summary>
/// <param name="Span">Where it stands.</param>
/// <param name="Value">The value.</param>
internal sealed record SpecBoolean(SourceSpan Span, bool Value) : SpecNode(Span);

/// <summary>null.</summary>
/// <param name="Span">Where it stands.</param>
internal sealed record SpecNull(SourceSpan Span) : SpecNode(Span);
