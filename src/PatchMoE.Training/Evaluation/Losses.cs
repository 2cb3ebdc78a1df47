using PatchMoE.Kernels;

namespace PatchMoE.Training.Evaluation;

/// <summary>The losses of single samples, from logits, in double precision and without overflow.</summary>
internal static class Losses
{
    /// <summary>The loss of one sample.</summary>
    /// <param name="loss">The kind of loss.</param>
    /// <param name="logits">[C], its logits.</param>
    /// <param name="label">−1 or +1 for the logistic loss, 0…C−1 for softmax cross entropy.</param>
    public static double Of(Loss loss, ReadOnlySpan<float> logits, int label) =>
        loss == Loss.Logistic ? Logistic(logits[0], label) : SoftmaxCrossEntropy(logits, label);

    /// <summary>log(1 + exp(−y·f)).</summary>
    /// <param name="logit">f.</param>
    /// <param name="label">y: −1 or +1.</param>
    public static double Logistic(double logit, int label)
    {
        double margin = label * logit;
        return Math.Max(-margin, 0) + StrictMath.LogP1(StrictMath.Exp(-Math.Abs(margin)));
    }

    /// <summary>log Σ_c exp(f_c) − f_y.</summary>
    /// <param name="logits">f, [C].</param>
    /// <param name="label">y: 0…C−1.</param>
    public static double SoftmaxCrossEntropy(ReadOnlySpan<float> logits, int label)
    {
        double largest = double.NegativeInfinity;
        foreach (float logit in logits)
        {
            largest = Math.Max(largest, logit);
        }

        double sum = 0;
        foreach (float logit in logits)
        {
            sum += StrictMath.Exp(logit - largest);
        }

        return StrictMath.Log(sum) + largest - logits[label];
    }

    /// <summary>
    /// The class that the logits predict: logistic, +1 if f &gt; 0, else −1 (so 0 counts as −1); softmax, the largest logit, ties going to the lower class.
    /// </summary>
    /// <param name="loss">The kind of loss.</param>
    /// <param name="logits">[C].</param>
    public static int Predict(Loss loss, ReadOnlySpan<float> logits)
    {
        int index = ClassProbabilities.Best(loss, logits);
        return loss == Loss.Logistic ? (2 * index) - 1 : index;
    }
}
