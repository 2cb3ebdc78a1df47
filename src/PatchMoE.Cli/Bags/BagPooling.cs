namespace PatchMoE.Cli.Bags;

/// <summary>How a bag's embedded digits become one vector.</summary>
internal enum BagPooling
{
    /// <summary>A weighted mean; the weights are the softmax of ⟨w, tanh(V·h)⟩.</summary>
    Attention,

    /// <summary>A weighted mean; the weights are the softmax of ⟨w, tanh(V·h) ⊙ sigmoid(U·h)⟩.</summary>
    GatedAttention,

    /// <summary>The largest value of each feature.</summary>
    Max,

    /// <summary>The mean.</summary>
    Mean,
}
