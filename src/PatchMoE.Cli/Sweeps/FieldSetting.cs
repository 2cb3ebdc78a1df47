namespace PatchMoE.Cli.Sweeps;

/// <summary>A value that a sweep gives to a field.</summary>
/// <param name="Path">The field.</param>
/// <param name="Name">Where the path is written.</param>
/// <param name="Value">The value, with its own position.</param>
internal sealed record FieldSetting(FieldPath Path, SourceSpan Name, SpecNode Value);
