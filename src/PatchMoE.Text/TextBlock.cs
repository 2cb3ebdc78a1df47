namespace PatchMoE.Text;

/// <summary>A title, a heading or a paragraph: what no sentence crosses.</summary>
/// <param name="Start">Its first character.</param>
/// <param name="End">The character after its last.</param>
/// <param name="Part">Title, heading, or neither.</param>
/// <param name="Section">The index of its section; −1 for the title.</param>
internal readonly record struct TextBlock(int Start, int End, TextPart Part, int Section);

/// <summary>The parts of a document.</summary>
internal enum TextPart
{
    Body,
    Title,
    Heading,
}
