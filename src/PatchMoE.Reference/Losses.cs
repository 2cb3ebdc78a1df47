namespace PatchMoE.Reference;

/// <summary>The loss of one sample and its gradient.</summary>
internal static class Losses
{
    /// <summary>The loss of logits f [C] with its label, and ∂L/∂f [C].</summary>
    public static (double Loss, double[] Gradient) Of(Loss loss, double[] logits, int label) => loss switch
    {
        Loss.Logistic => Logistic(logits[0], label),
        Loss.SoftmaxCrossEntropy => SoftmaxCrossEntropy(logits, label),
        _ => throw new ArgumentException($"Unknown loss {loss}.", nameof(loss)),
    };

    /// <summary>L = log(1 + exp(−y·f)), ∂L/∂f = −y / (1 + exp(y·f)); y = ±1.</summary>
    private static (double Loss, double[] Gradient) Logistic(double f, int y)
    {
        // log(1 + exp(−z)) = max(−z, 0) + log(1 + t) with t = exp(−|z|) ≤ 1, and log(1 + t) = 2·artanh(t / (2 + t)) keeps a small t.
        double z = y * f;
        double t = Math.Exp(-Math.Abs(z));
        double loss = Math.Max(-z, 0) + (2 * Math.Atanh(t / (2 + t)));
        double probabilityOfTheOther = z >= 0 ? t / (1 + t) : 1 / (1 + t);
        return (loss, [-y * probabilityOfTheOther]);
    }

    /// <summary>L = log Σ_c exp(f_c) − f_label, ∂L/∂f_c = softmax(f)_c − [c = label].</summary>
    private static (double Loss, double[] Gradient) SoftmaxCrossEntropy(double[] logits, int label)
    {
        double[] gradient = Softmax.Forward(logits);
        gradient[label] -= 1;
        return (Softmax.LogSum(logits) - logits[label], gradient);
    }
}
