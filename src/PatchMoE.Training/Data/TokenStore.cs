using PatchMoE.Kernels;

namespace PatchMoE.Training.Data;

/// <summary>Texts as the tokens of their segments. Their values are read through the table of a network's weights, as it is at that moment.</summary>
/// <param name="texts">[N].</param>
/// <param name="model">The network.</param>
/// <param name="weights">The weights with the table; null before they are known.</param>
internal sealed class TokenStore(SegmentTokens[] texts, ModelSpec model, INetworkWeights? weights = null) : SampleStore
{
    private readonly TextSpec _text = ((VectorsInputSpec)model.Input).Text!;
    private readonly ParameterSpec _table = model.EmbeddingTable()!;

    public override bool HasTokens => true;

    public override SegmentTokens TokensOf(int sample) => texts[sample];

    public override SampleStore For(INetworkWeights network) => new TokenStore(texts, model, network);

    public override void Copy(int sample, Span<float> values)
    {
        ReadOnlySpan<float> table = weights is null
            ? throw new InvalidOperationException("These texts are tokens, whose vectors are learnt with a network: call WithVectorsOf with the network's weights.")
            : weights.Parameters.Slice(_table.Offset, _table.Length);
        EmbeddingBag.Forward(texts[sample], table, _text.Dimension, _text.PatchDimension, values);
    }
}
