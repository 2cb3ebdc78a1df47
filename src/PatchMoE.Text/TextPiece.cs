namespace PatchMoE.Text;

/// <summary>A part of a text that becomes a segment.</summary>
/// <param name="Range">Its characters.</param>
/// <param name="Part">Title, heading, or neither.</param>
/// <param name="FirstBlock">The first of its blocks; a sentence or an n-gram has the block that it lies in.</param>
/// <param name="EndBlock">The block after its last.</param>
/// <param name="FirstWord">The first of its words.</param>
/// <param name="EndWord">The word after its last.</param>
internal readonly record struct TextPiece(TextRange Range, TextPart Part, int FirstBlock, int EndBlock, int FirstWord, int EndWord);
