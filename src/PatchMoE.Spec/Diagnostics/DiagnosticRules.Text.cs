namespace PatchMoE;

internal static partial class DiagnosticRules
{
    /// <summary>{0} the encoding.</summary>
    public static readonly DiagnosticRule UnknownEncoding = new(
        "PMOE106", DiagnosticLevel.Error, "Unknown byte-pair encoding",
        "The encoding '{0}' is neither 'cl100k_base' nor a file of ranks (.tiktoken) or of a vocabulary (.json).",
        "Use 'cl100k_base', or the path of such a file.");

    /// <summary>{0} a unit, {1} the one before it.</summary>
    public static readonly DiagnosticRule LevelsOutOfOrder = new(
        "PMOE107", DiagnosticLevel.Error, "Levels of a text out of order",
        "The level '{0}' comes after '{1}', but each level lies within the one before it: 'document', 'section', 'paragraph', 'sentence', 'ngram', each at most once.",
        "Name the larger units first.");

    /// <summary>{0} the number given.</summary>
    public static readonly DiagnosticRule OneDocument = new(
        "PMOE108", DiagnosticLevel.Error, "More than one document in a text",
        "The level 'document' has 1 segment, the text itself, not {0}.",
        "Write 1.");

    /// <summary>{0} the kind of data.</summary>
    public static readonly DiagnosticRule GivenNeedsArrays = new(
        "PMOE109", DiagnosticLevel.Error, "Given vectors need data of arrays",
        "The embedding 'given' takes the vectors of segments from the data, but data of kind '{0}' do not hold them.",
        "Use data of kind 'arrays', or the embedding 'hashed'.");

    /// <summary>{0} the kind of data.</summary>
    public static readonly DiagnosticRule TrainedNeedsTexts = new(
        "PMOE111", DiagnosticLevel.Error, "Learnt vectors need data of texts",
        "The embedding 'trained' learns the vectors of tokens from texts, but data of kind '{0}' hold none.",
        "Use data of kind 'texts', or the embedding 'given'.");

    /// <summary>No arguments.</summary>
    public static readonly DiagnosticRule SeparateWithTrainedVectors = new(
        "PMOE112", DiagnosticLevel.Error, "Separate training of learnt vectors",
        "The method 'separate' trains the routers first, on the vectors of segments, but with the embedding 'trained' these are still random then.",
        "Use the method 'joint', or the embedding 'hashed'.");

    /// <summary>{0} the kind of data, {1} the input.</summary>
    public static readonly DiagnosticRule TextsNeedTextInput = new(
        "PMOE110", DiagnosticLevel.Error, "Texts do not fit the input",
        "Data of kind '{0}' are texts, but the model's input is {1}.",
        "Use an input of kind 'text'.");
}
