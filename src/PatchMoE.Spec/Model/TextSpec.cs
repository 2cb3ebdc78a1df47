namespace PatchMoE;

/// <summary>
/// How a text becomes the patches of a <see cref="VectorsInputSpec"/>: into which segments it is cut, and how a segment becomes a vector. Segments are nested, and each level of
/// them is seen by one layer: the innermost are the patches of layer 0, and the k-th level above them is the groups whose outputs are the patches of layer k.
/// </summary>
/// <param name="Levels">The levels, outer to inner; one for each layer of the network.</param>
/// <param name="Dimension">The length of a segment's vector without the features of its place.</param>
/// <param name="Embedding">How a segment becomes a vector.</param>
/// <param name="Tokens">What an embedding counts as a token.</param>
/// <param name="Position">Whether the features of the role and place of a segment, and of those around it, follow its vector.</param>
/// <param name="NgramLength">The words of a segment of kind <see cref="TextUnit.Ngram"/>; 0 if the innermost level is another.</param>
/// <param name="NgramStep">The words between the starts of two of them; 0 if the innermost level is another.</param>
/// <param name="Vocabulary">V, the rows of the table of tokens; 0 if the embedding is not <see cref="TextEmbedding.Trained"/>.</param>
/// <param name="Encoding">
/// The byte-pair encoding of <see cref="TextTokens.Bpe"/>: <see cref="Cl100k"/>, or the path of a file of ranks (<c>.tiktoken</c>) or of a vocabulary (<c>.json</c>, with a file
/// <c>merges.txt</c> beside it); empty for words.
/// </param>
public sealed record TextSpec(
    EquatableArray<TextLevel> Levels,
    int Dimension,
    TextEmbedding Embedding = TextEmbedding.Hashed,
    TextTokens Tokens = TextTokens.Words,
    bool Position = true,
    int NgramLength = 0,
    int NgramStep = 0,
    int Vocabulary = 0,
    string Encoding = "")
{
    /// <summary>The byte-pair encoding that comes with <c>PatchMoE.Text</c>: the tokens of GPT-4.</summary>
    public const string Cl100k = "cl100k_base";

    /// <summary>The number of features of a segment's role and place.</summary>
    public const int PositionFeatures = 6;

    /// <summary>
    /// The number of levels whose roles and places follow a vector: all but the whole text, which has the same place in every text. A patch has those of its own segment and of the segments
    /// around it, so that what an expert passes on tells the router of the level above the role and place of its patch.
    /// </summary>
    public int PlacedLevels => Position ? Levels.Count(level => level.Unit != TextUnit.Document) : 0;

    /// <summary>d, the length of a patch: the vector, and the features of roles and places.</summary>
    public int PatchDimension => Dimension + (PositionFeatures * PlacedLevels);
}

/// <summary>One level of segments.</summary>
/// <param name="Unit">What its segments are.</param>
/// <param name="MaximumSegments">The most of them within a segment of the level above; 1 for <see cref="TextUnit.Document"/>.</param>
public sealed record TextLevel(TextUnit Unit, int MaximumSegments);

/// <summary>A unit of a text, from the whole to its smallest parts.</summary>
public enum TextUnit
{
    /// <summary>The whole text.</summary>
    Document,

    /// <summary>The title, or a heading with what is below it.</summary>
    Section,

    /// <summary>The title, a heading, or text up to a blank line.</summary>
    Paragraph,

    /// <summary>A sentence, by the rules of Unicode.</summary>
    Sentence,

    /// <summary>A run of a fixed number of words.</summary>
    Ngram,
}

/// <summary>How a segment of a text becomes a vector.</summary>
public enum TextEmbedding
{
    /// <summary>Signed hashing of its words and pairs of words, of length 1. It has no state and needs no training.</summary>
    Hashed,

    /// <summary>The mean of its tokens' vectors, which are rows of a table and learnt with the network.</summary>
    Trained,

    /// <summary>Vectors made elsewhere, which the data hold in place of the text.</summary>
    Given,
}

/// <summary>The tokens of a text.</summary>
public enum TextTokens
{
    /// <summary>Words, by the rules of Unicode, in lower case.</summary>
    Words,

    /// <summary>Parts of words, by byte-pair encoding.</summary>
    Bpe,
}
