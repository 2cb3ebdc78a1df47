namespace PatchMoE;

/// <summary>A head of one logit whose weights are set at initialisation and never trained.</summary>
/// <param name="weights">How they are made.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class FixedHeadAttribute(HeadWeights weights = HeadWeights.Gaussian) : Attribute
{
    /// <summary>How the weights are made.</summary>
    public HeadWeights Weights { get; } = weights;
}

/// <summary>A trained head of C logits.</summary>
/// <param name="outputs">C.</param>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class LinearHeadAttribute(int outputs) : Attribute
{
    /// <summary>C.</summary>
    public int Outputs { get; } = outputs;

    /// <summary>Whether it has a bias; true if not given.</summary>
    public bool Bias { get; set; } = true;
}
