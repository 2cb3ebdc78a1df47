namespace PatchMoE;

/// <summary>The result of reading a spec: the spec, or everything that is wrong with it.</summary>
/// <param name="Spec">The spec; null if any diagnostic is an error.</param>
/// <param name="Diagnostics">The first 100 that were found, in the order of the text.</param>
public sealed record SpecResult(PatchMoESpec? Spec, EquatableArray<SpecDiagnostic> Diagnostics)
{
    /// <summary>How many more there are.</summary>
    public int Omitted { get; init; }
}
