using System.Runtime.CompilerServices;
using Microsoft.Extensions.ObjectPool;

namespace PatchMoE.Text;

/// <summary>
/// What calls that classify texts keep with a model: its encoder, and inputs for as many calls as there are at a time. An input is written only where the text has segments. What earlier
/// texts left past them is not read.
/// </summary>
internal sealed class TextCalls
{
    private static readonly ConditionalWeakTable<IPatchMoEModel, TextCalls> s_calls = [];

    private readonly DefaultObjectPool<TextInputs> _inputs;

    private TextCalls(IPatchMoEModel model)
    {
        Encoder = new TextEncoder(model.Spec.Model);
        _inputs = new DefaultObjectPool<TextInputs>(new InputsPolicy(Encoder));
    }

    /// <summary>The model's encoder.</summary>
    public TextEncoder Encoder { get; }

    /// <summary>The calls of a model.</summary>
    /// <param name="model">A model whose input is of kind <c>text</c>.</param>
    /// <exception cref="ArgumentException">The model's input is no text, or its vectors are given by the data.</exception>
    public static TextCalls Of(IPatchMoEModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return s_calls.GetValue(model, one => new TextCalls(one));
    }

    /// <summary>Classifies a text.</summary>
    /// <param name="model">The model that the calls belong to.</param>
    /// <param name="document">The text.</param>
    public Prediction Classify(IPatchMoEModel model, TextDocument document)
    {
        TextInputs inputs = _inputs.Get();
        try
        {
            Encoder.EncodePatches(document, TableOf(model), inputs.Values, inputs.Lengths);
            return model.Classify(inputs.Values, inputs.Lengths);
        }
        finally
        {
            _inputs.Return(inputs);
        }
    }

    /// <summary>The table of tokens of a model; empty without one.</summary>
    /// <param name="model">The model.</param>
    public static ReadOnlySpan<float> TableOf(IPatchMoEModel model) =>
        model.Spec.Model.EmbeddingTable() is { } table ? model.Parameters.Slice(table.Offset, table.Length) : [];

    /// <summary>The input of one call; its values are 0 at first, so they are finite whatever follows.</summary>
    private sealed class TextInputs(TextEncoder encoder)
    {
        public float[] Values { get; } = new float[encoder.InputLength];

        public int[] Lengths { get; } = new int[encoder.GroupCount];
    }

    private sealed class InputsPolicy(TextEncoder encoder) : PooledObjectPolicy<TextInputs>
    {
        public override TextInputs Create() => new(encoder);

        public override bool Return(TextInputs obj) => true;
    }
}
