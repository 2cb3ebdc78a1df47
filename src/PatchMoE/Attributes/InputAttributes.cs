namespace PatchMoE;

/// <summary>Image input [H, W, C], channels last, cut into patches on a row-major grid without padding.</summary>
/// <param name="height">H, pixels.</param>
/// <param name="width">W, pixels.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ImageInputAttribute(int height, int width) : Attribute
{
    /// <summary>H, pixels.</summary>
    public int Height { get; } = height;

    /// <summary>W, pixels.</summary>
    public int Width { get; } = width;

    /// <summary>C; 1 if not given.</summary>
    public int Channels { get; set; } = 1;

    /// <summary>The side of a square patch; sets <see cref="PatchHeight"/> and <see cref="PatchWidth"/>.</summary>
    public int Patch { get; set; }

    /// <summary>The height of a patch, pixels.</summary>
    public int PatchHeight { get; set; }

    /// <summary>The width of a patch, pixels.</summary>
    public int PatchWidth { get; set; }

    /// <summary>The step between patches in both directions; the patch's size if not given.</summary>
    public int Stride { get; set; }

    /// <summary>The step between rows of patches, pixels.</summary>
    public int StrideHeight { get; set; }

    /// <summary>The step between columns of patches, pixels.</summary>
    public int StrideWidth { get; set; }
}

/// <summary>Input of n patches, each a vector of d values: [n, d], or [T, n, d] with groups.</summary>
/// <param name="patches">n, the number of patches in a sample, or in each group.</param>
/// <param name="dimension">d, the number of values in a patch.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class VectorsInputAttribute(int patches, int dimension) : Attribute
{
    /// <summary>n.</summary>
    public int Patches { get; } = patches;

    /// <summary>d.</summary>
    public int Dimension { get; } = dimension;

    /// <summary>The group counts, outermost first; one per level above the first.</summary>
    public int[] Groups { get; set; } = [];
}

/// <summary>
/// Input of texts, cut into segments that become the patches: one level of them for each layer. <c>PatchMoE.Text</c> turns a text into the input.
/// </summary>
/// <param name="dimension">The length of a segment's vector, without the features of its place.</param>
/// <param name="maxSegments">The most segments of each level within a segment of the level above, outer to inner; 1 for <see cref="TextUnit.Document"/>.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class TextInputAttribute(int dimension, params int[] maxSegments) : Attribute
{
    /// <summary>The length of a segment's vector, without the features of its place.</summary>
    public int Dimension { get; } = dimension;

    /// <summary>The most segments of each level.</summary>
    public int[] MaxSegments { get; } = maxSegments;

    /// <summary>The units of the levels, outer to inner; sentences if not given.</summary>
    public TextUnit[] Levels { get; set; } = [TextUnit.Sentence];

    /// <summary>The words of an n-gram; only for <see cref="TextUnit.Ngram"/>.</summary>
    public int Length { get; set; }

    /// <summary>The words between the starts of two n-grams; <see cref="Length"/> if not given.</summary>
    public int Step { get; set; }

    /// <summary>How a segment becomes a vector.</summary>
    public TextEmbedding Embedding { get; set; } = TextEmbedding.Hashed;

    /// <summary>V, the rows of the table of tokens; only for <see cref="TextEmbedding.Trained"/>.</summary>
    public int Vocabulary { get; set; }

    /// <summary>What the embedding counts as a token.</summary>
    public TextTokens Tokens { get; set; } = TextTokens.Words;

    /// <summary>The byte-pair encoding of <see cref="TextTokens.Bpe"/>: <c>cl100k_base</c> if not given, or the path of a file, <c>.tiktoken</c> or <c>.json</c>.</summary>
    public string? Encoding { get; set; }

    /// <summary>Whether the features of roles and places follow its vector.</summary>
    public bool Position { get; set; } = true;
}
