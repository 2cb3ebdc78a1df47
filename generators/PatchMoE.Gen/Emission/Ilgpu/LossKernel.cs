using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the loss and the gradients of logits and outputs.</summary>
internal static class LossKernel
{
    private const int Samples = IlgpuPlan.LossSamples;
    private const int Threads = IlgpuPlan.LossThreads;

    public static GpuKernel Of(IlgpuPlan plan)
    {
        (int c, int m) = (plan.Model.Head.Outputs, plan.Model.Head.Inputs);
        string loss = plan.Model.Model.Loss == Loss.Logistic ? "L = log(1 + exp(−label·f))" : "L = log Σ_c exp(f_c) − f_label";
        return new GpuKernel(
            "Head",
            "Loss",
            Threads,
            Expression.CeilingOver(GroupText.Batch, Samples),
            new KernelDoc(
                $"{loss}; ∂L/∂f, divided by B and times the sample's weight; ∂L/∂y = Σ_c ∂L/∂f_c · a_c",
                $"b sample, c logit 0…{c - 1}, i output 0…{m - 1}",
                $"logits [{c}], a [{c}, {m}], yGradient [{m}] of a sample",
                $"{Samples} samples per group: a thread per loss, then a thread per output",
                2L * c * m,
                4L * (m + (2 * c))) { Per = "sample, the weights left out" },
            writer => WriteBody(writer, plan),
            Argument.Batch,
            Argument.Logits,
            Argument.Integers("labels", "buffers.Labels"),
            Argument.Floats("weights", "buffers.Weights"),
            Argument.Parameters,
            Argument.Floats("losses", "buffers.Losses"),
            Argument.LogitsGradient,
            new LayerArguments(plan.Top).OutputGradients);
    }

    private static void WriteBody(SourceWriter writer, IlgpuPlan plan)
    {
        (int c, int m) = (plan.Model.Head.Outputs, plan.Model.Head.Inputs);
        writer.Lines($"int thread = Group.IdxX;\nint first = {GroupText.Group * Samples};\nint sample = first + thread;");
        using (writer.Block($"if (thread < {Samples} && sample < batch)"))
        {
            writer.Lines("float weight = weights.Length == 0 ? 1f : weights[sample];");
            writer.Lines(plan.Model.Model.Loss == Loss.Logistic ? Logistic : SoftmaxCrossEntropy(c));
        }

        writer.Fence().Gap();
        writer.Share(Samples * m, Threads, i =>
        {
            Expression of = writer.Let("outputSample", Expression.Name("first") + (i / m));
            using (writer.Block($"if ({of} < batch)"))
            {
                Expression output = writer.Let("output", i % m);
                writer.Lines("float sum = 0f;");
                writer.Loop("c", c, logit => writer.Lines(
                    $"sum += logitsGradient[{(of.As("long") * c) + logit}] * parameters[{(logit * m) + output + plan.Model.Head.WeightOffset}];"));
                writer.Gap();
                writer.Lines($"yGradient[{(of.As("long") * m) + output}] = sum;");
            }
        });
    }

    private const string Logistic = """
        // log(1 + t) of a small t is its series: the sum 1 + t would lose its digits.
        float margin = labels[sample] * logits[sample];
        float t = XMath.Exp(-XMath.Abs(margin));
        float loss = Math.Max(-margin, 0f) + (t < 0.01f ? t * (1f - (t * (0.5f - (t * (1f / 3f))))) : XMath.Log(1f + t));
        float other = margin >= 0f ? t / (1f + t) : 1f / (1f + t);
        losses[sample] = weight * loss;
        logitsGradient[sample] = weight * (-labels[sample] * other / batch);
        """;

    private static string SoftmaxCrossEntropy(int outputs) => $$"""
        long scores = (long)sample * {{outputs}};
        float max = logits[scores];
        for (int c = 1; c < {{outputs}}; c++)
        {
            max = Math.Max(max, logits[scores + c]);
        }

        float sum = 0f;
        for (int c = 0; c < {{outputs}}; c++)
        {
            float exponential = XMath.Exp(logits[scores + c] - max);
            logitsGradient[scores + c] = exponential;
            sum += exponential;
        }

        // Of the label, probability − 1 is the others' sum, which keeps the digits where the probability is nearly 1.
        int label = labels[sample];
        float others = 0f;
        for (int c = 0; c < {{outputs}}; c++)
        {
            others += c == label ? 0f : logitsGradient[scores + c];
            logitsGradient[scores + c] = weight * (logitsGradient[scores + c] / sum / batch);
        }

        logitsGradient[scores + label] = weight * (-others / sum / batch);
        float rest = others / (sum - others);
        float loss = rest < 0.01f ? rest * (1f - (rest * (0.5f - (rest * (1f / 3f))))) : XMath.Log(sum) + max - logits[scores + label];
        losses[sample] = weight * loss;
        """;
}
