namespace PatchMoE;

/// <summary>
/// A value of a spec and its position: created by both the JSON parser and the generator's attribute reader, and read by
/// <see cref="SpecReader"/>.
/// </summary>
/// <param name="Span">The position of the value.</param>
internal abstract record SpecNode(SourceSpan Span);

/// <summary>An object: its fields in the order of the text, including duplicates.</summary>
/// <param name="Span">Its position.</param>
/// <param name="Fields">The fields.</param>
internal sealed record SpecObject(SourceSpan Span, EquatableArray<SpecField> Fields) : SpecNode(Span);

/// <summary>A named value of an object.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="NameSpan">The position of the name.</param>
/// <param name="Value">The value.</param>
internal sealed record SpecField(string Name, SourceSpan NameSpan, SpecNode Value);

/// <summary>An array.</summary>
/// <param name="Span">Its position.</param>
/// <param name="Items">The elements.</param>
internal sealed record SpecArray(SourceSpan Span, EquatableArray<SpecNode> Items) : SpecNode(Span);

/// <summary>A number.</summary>
/// <param name="Span">Its position.</param>
/// <param name="Value">The value.</param>
/// <param name="Text">The number as written.</param>
internal sealed record SpecNumber(SourceSpan Span, double Value, string Text) : SpecNode(Span);

/// <summary>A string.</summary>
/// <param name="Span">Its position, including the quotes.</param>
/// <param name="Value">The text without quotes and escapes.</param>
internal sealed record SpecString(SourceSpan Span, string Value) : SpecNode(Span);

/// <summary>true or false.</summary>
/// <param name="Span">Its position.</param>
/// <param name="Value">The value.</param>
internal sealed record SpecBoolean(SourceSpan Span, bool Value) : SpecNode(Span);

/// <summary>null.</summary>
/// <param name="Span">Its position.</param>
internal sealed record SpecNull(SourceSpan Span) : SpecNode(Span);
