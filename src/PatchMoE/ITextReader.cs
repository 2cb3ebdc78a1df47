namespace PatchMoE;

/// <summary>Reads texts and turns them into patches. The package PatchMoE.Text has one; it is separate, so that an application without texts does not carry the rules of Unicode and the formats.</summary>
public interface ITextReader
{
    /// <summary>Reads one text from a file.</summary>
    /// <param name="path">The file. Plain text, Markdown and HTML are UTF-8, or UTF-16 with a byte order mark; a mail says its encoding itself.</param>
    /// <param name="format">How its parts are told.</param>
    /// <exception cref="BadInputException">The file cannot be read, or is no text; the message names it.</exception>
    TextDocument Read(string path, TextFormat format);

    /// <summary>Takes the parts of a text that is already in memory, for example from a table.</summary>
    /// <param name="text">The text.</param>
    /// <param name="format">How its parts are told; <see cref="TextFormat.Auto"/> is plain text.</param>
    TextDocument Parse(string text, TextFormat format);

    /// <summary>The sentences of a text's bodies, in order, by the rules of Unicode; no title and no heading.</summary>
    /// <param name="document">The text.</param>
    IReadOnlyList<string> Sentences(TextDocument document);

    /// <summary>Turns a text into a network's input. Safe for use from several threads.</summary>
    /// <param name="model">A network whose input is of kind <c>text</c>.</param>
    /// <param name="document">The text.</param>
    /// <param name="values">[(groups), n, d], written; 0 past the valid patches.</param>
    /// <param name="lengths">The valid patches of each innermost group, written.</param>
    /// <returns>The patches that the input holds, and those that it has no room for.</returns>
    /// <exception cref="ArgumentException">The model takes no texts, or a span has another length.</exception>
    (int Kept, int Cut) Encode(ModelSpec model, TextDocument document, Span<float> values, Span<int> lengths);

    /// <summary>Turns a text into the tokens of its segments, for a network that learns their vectors (<see cref="TextEmbedding.Trained"/>). Safe for use from several threads.</summary>
    /// <param name="model">A network whose input is of kind <c>text</c>.</param>
    /// <param name="document">The text.</param>
    /// <param name="lengths">The valid patches of each innermost group, written.</param>
    /// <returns>The tokens, the patches that the input holds, and those that it has no room for.</returns>
    /// <exception cref="ArgumentException">The model takes no texts or has no table of tokens, or the span has another length.</exception>
    (SegmentTokens Tokens, int Kept, int Cut) Tokenize(ModelSpec model, TextDocument document, Span<int> lengths);
}
