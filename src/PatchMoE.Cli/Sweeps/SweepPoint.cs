namespace PatchMoE.Cli.Sweeps;

/// <summary>A variant with one value of each axis: a row of the summary, trained once with each seed.</summary>
/// <param name="Variant">The variant's name; null if it has none.</param>
/// <param name="Values">The values of <see cref="SweepDefinition.Fields"/>, defaults included; null for a field that the spec does not have.</param>
/// <param name="Spec">The spec; null if it is not valid.</param>
/// <param name="Folder">The folder that its paths are relative to.</param>
/// <param name="Mistakes">What makes it invalid.</param>
internal sealed record SweepPoint(string? Variant, IReadOnlyList<SpecNode?> Values, PatchMoESpec? Spec, string Folder, IReadOnlyList<PointMistake> Mistakes);

/// <summary>A mistake that makes a point invalid.</summary>
/// <param name="Line">The whole line, with the position.</param>
/// <param name="Reason">The line without the position, which depends on how the file was named on the command line.</param>
internal sealed record PointMistake(string Line, string Reason);
