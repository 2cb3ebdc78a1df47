namespace PatchMoE.Cli.Sweeps;

/// <summary>A sweep file.</summary>
/// <param name="Path">Its path.</param>
/// <param name="Text">Its text.</param>
internal sealed record SweepSource(string Path, string Text);
