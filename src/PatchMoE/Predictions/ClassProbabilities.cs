using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>Class and probabilities from the logits of one sample.</summary>
internal static class ClassProbabilities
{
    /// <summary>The index of the predicted class: the largest logit (ties: the lower index); logistic: 1 if the logit is above 0.</summary>
    public static int Best(Loss loss, ReadOnlySpan<float> logits)
    {
        if (loss == Loss.Logistic)
        {
            return logits[0] > 0 ? 1 : 0;
        }

        int best = 0;
        for (int c = 1; c < logits.Length; c++)
        {
            best = logits[c] > logits[best] ? c : best;
        }

        return best;
    }

    /// <summary>The probability of each class, in the order of the labels; the same bits on every machine.</summary>
    public static EquatableArray<float> Of(Loss loss, ReadOnlySpan<float> logits)
    {
        if (loss == Loss.Logistic)
        {
            // The power of the smaller side never overflows, and a small probability keeps its digits.
            double power = StrictMath.Exp(-Math.Abs((double)logits[0]));
            (float likely, float unlikely) = ((float)(1 / (1 + power)), (float)(power / (1 + power)));
            return logits[0] > 0 ? [unlikely, likely] : [likely, unlikely];
        }

        double largest = logits[Best(loss, logits)];
        var powers = new double[logits.Length];
        double sum = 0;
        for (int c = 0; c < powers.Length; c++)
        {
            powers[c] = StrictMath.Exp(logits[c] - largest);
            sum += powers[c];
        }

        return powers.Select(power => (float)(power / sum)).ToEquatableArray();
    }
}
