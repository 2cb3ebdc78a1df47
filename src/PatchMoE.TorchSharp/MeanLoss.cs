using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>The losses of docs/semantics.md, computed by torch.</summary>
internal static class MeanLoss
{
    /// <summary>The mean over the batch.</summary>
    /// <param name="loss">The kind of loss.</param>
    /// <param name="logits">[B, C].</param>
    /// <param name="labels">[B], integers.</param>
    /// <param name="weights">[B], how much each sample counts, with the mean 1; null if all count the same.</param>
    public static Tensor Of(Loss loss, Tensor logits, Tensor labels, Tensor? weights = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor losses = loss switch
        {
            // log(1 + exp(−y·f)) = −log σ(y·f).
            Loss.Logistic => -nn.functional.logsigmoid(labels.to(logits.dtype) * logits.reshape(-1)),
            Loss.SoftmaxCrossEntropy => nn.functional.cross_entropy(logits, labels.to(ScalarType.Int64), reduction: nn.Reduction.None),
            _ => throw new ArgumentOutOfRangeException(nameof(loss), loss, "Unknown loss."),
        };
        return (weights is null ? losses : weights * losses).mean().MoveToOuterDisposeScope();
    }
}
