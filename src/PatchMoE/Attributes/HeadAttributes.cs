namespace PatchMoE;

/// <summary>A head with one logit whose weights are set at initialisation and never trained.</summary>
/// <param name="weights">How the weights are set.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FixedHeadAttribute(HeadWeights weights = HeadWeights.Gaussian) : Attribute
{
    /// <summary>How the weights are set.</summary>
    public HeadWeights Weights { get; } = weights;
}

/// <summary>A trained head with C logits.</summary>
/// <param name="outputs">C.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LinearHeadAttribute(int outputs) : Attribute
{
    /// <summary>C.</summary>
    public int Outputs { get; } = outputs;

    /// <summary>Whether the head has a bias; true if not given.</summary>
    public bool Bias { get; set; } = true;
}
