namespace PatchMoE.Cli.Bags;

/// <summary>The sizes of a network for bags.</summary>
/// <param name="Pooling">Its pooling.</param>
/// <param name="Dimension">d, the values of a digit.</param>
/// <param name="Features">h, the features of an embedded digit.</param>
internal sealed record BagNetworkSize(BagPooling Pooling, int Dimension, int Features)
{
    /// <summary>L, the hidden units of the attention: in proportion to h as in the paper, 128 of 500.</summary>
    public int Hidden => Math.Max(1, (int)Math.Round(Features * 128 / 500.0));

    /// <summary>All weights: embedding, attention and head, each with its biases.</summary>
    public int Weights => (Features * (Dimension + 1)) + AttentionWeights + Features + 1;

    private int AttentionWeights => Pooling switch
    {
        BagPooling.Attention => (Hidden * (Features + 1)) + Hidden + 1,
        BagPooling.GatedAttention => (2 * Hidden * (Features + 1)) + Hidden + 1,
        _ => 0,
    };

    /// <summary>The sizes whose number of weights is nearest to a given one.</summary>
    public static BagNetworkSize Nearest(BagPooling pooling, int dimension, int weights) => Enumerable.Range(1, Math.Max(1, weights / dimension))
        .Select(features => new BagNetworkSize(pooling, dimension, features))
        .MinBy(size => Math.Abs(size.Weights - weights))!;
}
