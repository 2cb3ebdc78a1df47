using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the head: logits, the loss with the gradients of logits and outputs, and the head's own gradient.</summary>
internal static class HeadKernels
{
    private const int LossThreads = 64;
    private const int LossSamples = 8;

    public static GpuKernel Logits(IlgpuPlan plan) => new(
        "Head",
        "Logits",
        plan.Logits.Threads,
        Index.Blocks("batch", plan.Logits.Units),
        [
            GpuParameter.Number("batch", "batch"),
            GpuParameter.Floats("y", Outputs(plan)),
            GpuParameter.Floats("parameters", "buffers.Parameters"),
            GpuParameter.Floats("logits", "buffers.Logits"),
        ]);

    public static GpuKernel Loss(IlgpuPlan plan) => new(
        "Head",
        "Loss",
        LossThreads,
        Index.Blocks("batch", LossSamples),
        [
            GpuParameter.Number("batch", "batch"),
            GpuParameter.Floats("logits", "buffers.Logits"),
            GpuParameter.Integers("labels", "buffers.Labels"),
            GpuParameter.Floats("parameters", "buffers.Parameters"),
            GpuParameter.Floats("losses", "buffers.Losses"),
            GpuParameter.Floats("logitsGradient", "scratch.LogitsGradient"),
            GpuParameter.Floats("yGradient", $"scratch.Layer{plan.Model.Top.Index}OutputGradients"),
        ]);

    public static GpuKernel Gradient(IlgpuPlan plan) => Outer(plan).Describe(
        "Head", "WeightGradient", GpuParameter.Floats("input", Outputs(plan)), [GpuParameter.Floats("logitsGradient", "scratch.LogitsGradient")]);

    public static IEnumerable<GpuKernel> All(IlgpuPlan plan)
    {
        yield return Logits(plan);
        yield return Loss(plan);
        if (plan.HeadGradient is not null)
        {
            yield return Gradient(plan);
            if (plan.Model.Head.BiasOffset >= 0)
            {
                yield return BiasGradientEmitter.DescribeHead(plan.Model);
            }
        }
    }

    public static void Write(SourceWriter writer, IlgpuPlan plan)
    {
        WriteLogits(writer, plan);
        writer.Gap();
        WriteLoss(writer, plan);
        if (plan.HeadGradient is null)
        {
            return;
        }

        writer.Gap();
        (int c, int m) = (plan.Model.Head.Outputs, plan.Model.Head.Inputs);
        OuterText outer = Outer(plan);
        new KernelDoc(
            "∂L/∂a[c] = Σ_b ∂L/∂f[b, c] · y_b",
            $"b sample of a chunk, c logit 0…{c - 1}, m = {m}",
            $"y [{m}] of a sample, partials [chunks, parameters]",
            outer.Describe(),
            2L * c * m,
            4L * (m + c)).WritePer(writer, "sample");
        using (Gradient(plan).Open(writer))
        {
            outer.WriteBody(writer, plan.PartialStep);
        }

        writer.Gap();
        OuterText.WriteLoad(writer, plan.HeadRows);

        if (plan.Model.Head.BiasOffset >= 0)
        {
            writer.Gap();
            BiasGradientEmitter.WriteHead(writer, plan.Model, plan.PartialStep);
        }
    }

    private static string Outputs(IlgpuPlan plan) => $"scratch.Layer{plan.Model.Top.Index}Outputs";

    private static OuterText Outer(IlgpuPlan plan)
    {
        (int c, int m) = (plan.Model.Head.Outputs, plan.Model.Head.Inputs);
        return new OuterText(
            plan.HeadGradient!,
            plan.HeadRows,
            1,
            c,
            1,
            1,
            $"place = (long)instance * {plan.HeadRows.Columns};",
            $"logitsGradient[((long)instance * {c}) + r]",
            $"{plan.Model.Head.WeightOffset} + ({{r}} * {m})");
    }

    private static void WriteLogits(SourceWriter writer, IlgpuPlan plan)
    {
        DotTiling tiling = plan.Logits;
        (int c, int m) = (plan.Model.Head.Outputs, plan.Model.Head.Inputs);
        bool bias = plan.Model.Head.BiasOffset >= 0;
        new KernelDoc(
            $"f_c = ⟨a_c, y⟩{(bias ? " + bias_c" : string.Empty)}",
            $"b sample, c logit 0…{c - 1}, m = {m}",
            $"y [{m}] of a sample, a [{c}, {m}], logits [{c}] of a sample",
            $"{DotText.Describe(tiling, plan.HeadRows)}; {Format.Plural(tiling.Units, "sample")} per group",
            2L * c * m,
            4L * (m + c)).WritePer(writer, "sample, the weights left out");
        using (Logits(plan).Open(writer))
        {
            DotText.WriteStart(writer, tiling);
            writer.Lines($"int first = {Index.Times("Grid.IdxX", tiling.Units)};");
            writer.Lines($"int sample = Math.Min({Index.Plus("first", Index.Over("slot", tiling.RowTilesAtOnce))}, batch - 1);");
            writer.Lines($"ArrayView<{RowText.Type(plan.HeadRows)}> x = {RowText.Instance(plan.HeadRows, "y", "sample")};");
            writer.Lines($"ArrayView<{RowText.Type(plan.HeadRows)}> w = {RowText.Part(plan.HeadRows, "parameters", plan.Model.Head.WeightOffset, c * m)};");
            writer.Lines("const int x0 = 0;");
            FlatRows.Write(
                writer,
                tiling,
                plan.HeadRows,
                c,
                $"logits[((long)to * {c}) + row] = sum{(bias ? $" + parameters[{plan.Model.Head.BiasOffset} + row]" : string.Empty)};",
                $"int to = {Index.Plus("first", Index.Over("owner", tiling.RowTilesAtOnce))};",
                "to < batch");
        }
    }

    private static void WriteLoss(SourceWriter writer, IlgpuPlan plan)
    {
        (int c, int m) = (plan.Model.Head.Outputs, plan.Model.Head.Inputs);
        bool logistic = plan.Model.Model.Loss == PatchMoE.Loss.Logistic;
        new KernelDoc(
            logistic ? "L = log(1 + exp(−label·f)); ∂L/∂f, divided by B; ∂L/∂y = Σ_c ∂L/∂f_c · a_c" : "L = log Σ_c exp(f_c) − f_label; ∂L/∂f, divided by B; ∂L/∂y = Σ_c ∂L/∂f_c · a_c",
            $"b sample, c logit 0…{c - 1}, i output 0…{m - 1}",
            $"logits [{c}], a [{c}, {m}], yGradient [{m}] of a sample",
            $"{LossSamples} samples per group: a thread per loss, then a thread per output",
            2L * c * m,
            4L * (m + (2 * c))).WritePer(writer, "sample, the weights left out");
        using (Loss(plan).Open(writer))
        {
            writer.Lines($"int first = Grid.IdxX * {LossSamples};\nint sample = first + Group.IdxX;");
            using (writer.Block($"if (Group.IdxX < {LossSamples} && sample < batch)"))
            {
                writer.Lines(logistic ? Logistic : SoftmaxCrossEntropy(c));
            }

            writer.Gap();
            writer.Lines(DotText.Fence).Gap();
            using (writer.Block($"for (int i = Group.IdxX; i < {LossSamples * m}; i += {LossThreads})"))
            {
                writer.Lines($"int of = first + (i / {m});");
                using (writer.Block("if (of < batch)"))
                {
                    writer.Lines($"int output = i % {m};\nfloat sum = 0f;");
                    using (writer.Block($"for (int c = 0; c < {c}; c++)"))
                    {
                        writer.Lines($"sum += logitsGradient[((long)of * {c}) + c] * parameters[{plan.Model.Head.WeightOffset} + (c * {m}) + output];");
                    }

                    writer.Gap();
                    writer.Lines($"yGradient[((long)of * {m}) + output] = sum;");
                }
            }
        }
    }

    private const string Logistic = """
        // log(1 + t) of a small t is its series: the sum 1 + t would lose its digits.
        float margin = labels[sample] * logits[sample];
        float t = XMath.Exp(-XMath.Abs(margin));
        losses[sample] = Math.Max(-margin, 0f) + (t < 0.01f ? t * (1f - (t * (0.5f - (t * (1f / 3f))))) : XMath.Log(1f + t));
        float other = margin >= 0f ? t / (1f + t) : 1f / (1f + t);
        logitsGradient[sample] = -labels[sample] * other / batch;
        """;

    private static string SoftmaxCrossEntropy(int outputs) => $$"""
        long of = (long)sample * {{outputs}};
        float most = logits[of];
        for (int c = 1; c < {{outputs}}; c++)
        {
            most = Math.Max(most, logits[of + c]);
        }

        float sum = 0f;
        for (int c = 0; c < {{outputs}}; c++)
        {
            float power = XMath.Exp(logits[of + c] - most);
            logitsGradient[of + c] = power;
            sum += power;
        }

        // Of the label, probability − 1 is the others' sum, which keeps the digits where the probability is nearly 1.
        int label = labels[sample];
        float others = 0f;
        for (int c = 0; c < {{outputs}}; c++)
        {
            others += c == label ? 0f : logitsGradient[of + c];
            logitsGradient[of + c] = logitsGradient[of + c] / sum / batch;
        }

        logitsGradient[of + label] = -others / sum / batch;
        float rest = others / (sum - others);
        losses[sample] = rest < 0.01f ? rest * (1f - (rest * (0.5f - (rest * (1f / 3f))))) : XMath.Log(sum) + most - logits[of + label];
        """;
}
