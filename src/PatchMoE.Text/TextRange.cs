namespace PatchMoE.Text;

/// <summary>A range of characters.</summary>
/// <param name="Start">The first.</param>
/// <param name="End">The one after the last.</param>
internal readonly record struct TextRange(int Start, int End);
