namespace PatchMoE.Cli.Sweeps;

/// <summary>A field and the values it takes in turn.</summary>
/// <param name="Path">The field.</param>
/// <param name="Name">Where the path is written.</param>
/// <param name="Values">At least one value.</param>
internal sealed record SweepAxis(FieldPath Path, SourceSpan Name, IReadOnlyList<SpecNode> Values);
