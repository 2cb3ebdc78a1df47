namespace PatchMoE;

/// <summary>Where a diagnostic points.</summary>
/// <param name="Path">The field, for example <c>model.input.patch</c>.</param>
/// <param name="Span">The position of its value.</param>
internal readonly record struct SpecPlace(string Path, SourceSpan Span);
