namespace PatchMoE.Text;

/// <summary>A text as a network's input.</summary>
/// <param name="Text">The text and all of its segments.</param>
/// <param name="Kept">The number of patches: segments of the innermost level that the input holds.</param>
/// <param name="Cut">The number of those that it has no room for.</param>
public sealed record EncodedText(SegmentedText Text, int Kept, int Cut);
