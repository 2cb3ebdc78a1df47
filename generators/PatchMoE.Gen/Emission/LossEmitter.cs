using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the loss of one sample. To add a loss: a word in <see cref="Loss"/>, a text here, and the label rule in the runtime's guard.</summary>
internal static class LossEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan) => writer.Lines(plan.Model.Loss == Loss.Logistic ? Logistic : SoftmaxCrossEntropy(plan.Head.Outputs));

    private const string Logistic = """
        /// <summary>L = log(1 + exp(−y·f)) for label y of −1 or +1; gradient = share · ∂L/∂f = −share · y / (1 + exp(y·f)).</summary>
        private static double LossOf(ref float logits, int label, double share, ref float gradient)
        {
            double margin = label * (double)logits;
            gradient = (float)(-share * label / (1 + Math.Exp(margin)));
            return Math.Max(-margin, 0) + Math.Log(1 + Math.Exp(-Math.Abs(margin)));
        }
        """;

    private static string SoftmaxCrossEntropy(int outputs) => $$"""
        /// <summary>L = log Σ_c exp(f_c) − f_label; gradient[c] = share · (softmax(f)_c − [c = label]).</summary>
        private static double LossOf(ref float logits, int label, double share, ref float gradient)
        {
            double max = logits;
            for (int c = 1; c < {{outputs}}; c++)
            {
                max = Math.Max(max, Add(ref logits, c));
            }

            double sum = 0;
            for (int c = 0; c < {{outputs}}; c++)
            {
                sum += Math.Exp(Add(ref logits, c) - max);
            }

            for (int c = 0; c < {{outputs}}; c++)
            {
                double probability = Math.Exp(Add(ref logits, c) - max) / sum;
                Add(ref gradient, c) = (float)(share * (probability - (c == label ? 1 : 0)));
            }

            return Math.Log(sum) + max - Add(ref logits, label);
        }
        """;
}
