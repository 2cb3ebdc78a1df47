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
    public static Tensor Of(Loss loss, Tensor logits, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor mean = loss switch
        {
            // log(1 + exp(−y·f)) = −log σ(y·f).
            Loss.Logistic => -nn.functional.logsigmoid(labels.to(logits.dtype).reshape(-1, 1) * logits).mean(),
            Loss.SoftmaxCrossEntropy => nn.functional.cross_entropy(logits, labels.to(ScalarType.Int64)),
            _ => throw new ArgumentOutOfRangeException(nameof(loss), loss, "Unknown loss."),
        };
        return mean.MoveToOuterDisposeScope();
    }
}
