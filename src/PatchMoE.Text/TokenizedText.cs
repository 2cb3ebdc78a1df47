namespace PatchMoE.Text;

/// <summary>A text as the tokens of its segments.</summary>
/// <param name="Text">The text and all of its segments.</param>
/// <param name="Tokens">The tokens of the segments that the input holds.</param>
/// <param name="Kept">The number of patches: segments of the innermost level that the input holds.</param>
/// <param name="Cut">The number of those that it has no room for.</param>
public sealed record TokenizedText(SegmentedText Text, SegmentTokens Tokens, int Kept, int Cut);
