using PatchMoE.Text;

namespace PatchMoE;

/// <summary>Predictions from texts: cut and embedded as the model's spec says. Safe for use from several threads.</summary>
public static class ModelTexts
{
    /// <summary>Classifies a text without title and headings.</summary>
    /// <param name="model">A model whose input is of kind <c>text</c>.</param>
    /// <param name="text">The text; a blank line ends a paragraph.</param>
    /// <exception cref="ArgumentException">The model's input is no text, or its vectors are given by the data.</exception>
    public static Prediction ClassifyText(this IPatchMoEModel model, string text) => model.ClassifyText(TextDocument.Of(text));

    /// <summary>Classifies a text.</summary>
    /// <param name="model">A model whose input is of kind <c>text</c>.</param>
    /// <param name="document">The text.</param>
    /// <exception cref="ArgumentException">The model's input is no text, or its vectors are given by the data.</exception>
    public static Prediction ClassifyText(this IPatchMoEModel model, TextDocument document) => TextCalls.Of(model).Classify(model, document);

    /// <summary>Classifies a text without title and headings, and says which segments each expert saw.</summary>
    /// <param name="model">A model whose input is of kind <c>text</c>.</param>
    /// <param name="text">The text; a blank line ends a paragraph.</param>
    /// <exception cref="ArgumentException">The model's input is no text, or its vectors are given by the data.</exception>
    public static TextExplanation ExplainText(this IPatchMoEModel model, string text) => model.ExplainText(TextDocument.Of(text));

    /// <summary>Classifies a text and says which segments each expert saw.</summary>
    /// <param name="model">A model whose input is of kind <c>text</c>.</param>
    /// <param name="document">The text.</param>
    /// <exception cref="ArgumentException">The model's input is no text, or its vectors are given by the data.</exception>
    public static TextExplanation ExplainText(this IPatchMoEModel model, TextDocument document)
    {
        (EncodedText text, float[] values, int[] lengths) = Encode(model, document);
        return new TextExplanation(((VectorsInputSpec)model.Spec.Model.Input).Text!, text.Text, model.Explain(values, lengths));
    }

    /// <summary>A text as the model's input, in arrays of its own.</summary>
    internal static (EncodedText Text, float[] Values, int[] Lengths) Encode(IPatchMoEModel model, TextDocument document)
    {
        TextEncoder encoder = TextCalls.Of(model).Encoder;
        var values = new float[encoder.InputLength];
        var lengths = new int[encoder.GroupCount];
        return (encoder.EncodePatches(document, TextCalls.TableOf(model), values, lengths), values, lengths);
    }
}
