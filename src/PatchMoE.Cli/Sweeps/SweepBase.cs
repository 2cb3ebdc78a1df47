namespace PatchMoE.Cli.Sweeps;

/// <summary>A spec that cells are made from. It need not be valid by itself: what it lacks may be set by the sweep.</summary>
/// <param name="Root">Its JSON.</param>
/// <param name="Name">Its name if it gives none.</param>
/// <param name="Folder">The folder that its paths are relative to.</param>
internal sealed record SweepBase(SpecNode Root, string Name, string Folder);
