using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the gradient of biases, a sum of δ over the samples of a chunk; a thread has one bias.</summary>
internal static class BiasGradientEmitter
{
    /// <summary>The biases of a layer; null where it has none.</summary>
    public static GpuKernel? Of(IlgpuLayerPlan plan, long partialStride)
    {
        LayerPlan layer = plan.Layer;
        if (!layer.HasBias)
        {
            return null;
        }

        var arguments = new LayerArguments(plan);
        (int m, int l) = (layer.Neurons, layer.Taken);
        return Kernel(
            $"Layer{layer.Index}",
            plan.BiasGradient,
            new KernelDoc(
                "∂L/∂b[s, r] = Σ_instance Σ_p δ[s, p, r]",
                $"s expert 0…{layer.Experts - 1}, r neuron 0…{m - 1}, p patch taken 0…{l - 1}",
                $"δ [{l}, {plan.DeltaStride}] of an expert and instance, partials [chunks, parameters]",
                string.Empty,
                (long)plan.Units * l * m,
                4L * plan.Units * l * m) { Per = "instance" },
            (writer, chunk, bias) => WriteSum(writer, layer.Instances, layer.BiasOffset, partialStride, chunk, bias, instance =>
            {
                using (writer.If(layer.Routing == Routing.Sample ? $"routes[{instance}] == {bias / m}" : null))
                {
                    Expression unit = (instance.As("long") * plan.Units) + (plan.Units == 1 ? 0 : bias / m);
                    writer.Lines($"long at = {(unit * (l * plan.DeltaStride)) + (layer.Experts == 1 ? bias : bias % m)};");
                    writer.Loop("p", layer.Token is null ? l : $"counts[{unit}]", p => writer.Lines($"sum += activations[{"at" + (p * plan.DeltaStride)}];"));
                }
            }),
            arguments.Routes.When(layer.Routing == Routing.Sample),
            arguments.Counts,
            arguments.Activations);
    }

    /// <summary>The biases of the head; null where it has none or is fixed.</summary>
    public static GpuKernel? OfHead(IlgpuPlan plan)
    {
        HeadPlan head = plan.Model.Head;
        int c = head.Outputs;
        return plan.HeadGradient is null || head.BiasOffset < 0 ? null : Kernel(
            "Head",
            plan.HeadBiasGradient,
            new KernelDoc("∂L/∂bias_c = Σ_b ∂L/∂f[b, c]", $"b sample of a chunk, c logit 0…{c - 1}", $"logitsGradient [B, {c}], partials [chunks, parameters]", string.Empty, c, 4L * c) { Per = "sample" },
            (writer, chunk, bias) => WriteSum(writer, 1, head.BiasOffset, plan.PartialStep, chunk, bias, sample =>
                writer.Lines($"sum += logitsGradient[{(sample.As("long") * c) + bias}];")),
            Argument.LogitsGradient);
    }

    private static GpuKernel Kernel(
        string owner, ElementTiling tiling, KernelDoc documentation, Action<SourceWriter, Expression, Expression> body, params Argument[] arguments) => new(
        owner,
        "BiasGradient",
        tiling.Threads,
        Expression.Name("chunks") * tiling.Groups,
        documentation,
        writer => writer.Elements(tiling, "bias", "chunk", (bias, chunk) => body(writer, chunk, bias)),
        [Argument.Batch, Argument.PerChunk, .. arguments, Argument.Partials]);

    private static void WriteSum(
        SourceWriter writer, int instances, int offset, long partialStride, Expression chunk, Expression bias, Action<Expression> add)
    {
        Expression first = chunk * "perChunk" * instances;
        writer.Lines($"float sum = 0f;\nint end = {Expression.Min(GroupText.Batch, (chunk + 1) * "perChunk") * instances};");
        writer.Block($"for (int instance = {first}; instance < end; instance++)", () => add(Expression.Name("instance")));
        string at = partialStride == 0 ? $"{bias + offset}" : $"({chunk} * {partialStride}L) + {bias + offset}";
        writer.Lines($"partials[{at}] = sum;");
    }
}
