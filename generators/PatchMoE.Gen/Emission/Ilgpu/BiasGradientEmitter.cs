using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the gradient of biases, a sum of δ over the rows of a chunk; a thread has one bias.</summary>
internal static class BiasGradientEmitter
{
    private const int Threads = 64;

    /// <summary>The biases of a layer.</summary>
    public static GpuKernel Describe(IlgpuLayerPlan plan) => new(
        $"Layer{plan.Layer.Index}",
        "BiasGradient",
        Threads,
        Index.Times("chunks", DotTiling.DivideUp(plan.Layer.Experts * plan.Layer.Neurons, Threads)),
        [
            GpuParameter.Number("batch", "batch"),
            GpuParameter.Number("perChunk", "perChunk"),
            .. plan.Layer.Routing == Routing.Sample ? LayerText.Routes(plan.Layer) : [],
            GpuParameter.Floats("activations", $"scratch.Layer{plan.Layer.Index}Activations"),
            GpuParameter.Floats("partials", "partials"),
        ]);

    public static void Write(SourceWriter writer, IlgpuLayerPlan plan, long partialStep)
    {
        LayerPlan layer = plan.Layer;
        (int m, int l) = (layer.Neurons, layer.Taken);
        new KernelDoc(
            "∂L/∂b[s, r] = Σ_instance Σ_p δ[s, p, r]",
            $"s expert 0…{layer.Experts - 1}, r neuron 0…{m - 1}, p patch taken 0…{l - 1}",
            $"δ [{l}, {plan.DeltaStep}] of an expert and instance, partials [chunks, parameters]",
            string.Empty,
            (long)plan.Units * l * m,
            4L * plan.Units * l * m).WritePer(writer, "instance");
        using (Describe(plan).Open(writer))
        {
            string unit = layer.Routing == Routing.ExpertChoice ? $"((long)instance * {layer.Experts}) + (bias / {m})" : "instance";
            WriteSums(
                writer,
                layer.Experts * m,
                layer.Instances,
                layer.BiasOffset,
                partialStep,
                body =>
                {
                    SourceWriter.Scope? own = layer.Routing == Routing.Sample ? body.Block($"if (routes[instance] == bias / {m})") : null;
                    body.Lines($"long at = (({unit}) * {l * plan.DeltaStep}) + (bias % {m});");
                    using (body.Block($"for (int p = 0; p < {l}; p++)"))
                    {
                        body.Lines($"sum += activations[at + (p * {plan.DeltaStep})];");
                    }

                    own?.Dispose();
                });
        }
    }

    /// <summary>The biases of the head.</summary>
    public static GpuKernel DescribeHead(ModelPlan model) => new(
        "Head",
        "BiasGradient",
        Threads,
        Index.Times("chunks", DotTiling.DivideUp(model.Head.Outputs, Threads)),
        [
            GpuParameter.Number("batch", "batch"),
            GpuParameter.Number("perChunk", "perChunk"),
            GpuParameter.Floats("logitsGradient", "scratch.LogitsGradient"),
            GpuParameter.Floats("partials", "partials"),
        ]);

    public static void WriteHead(SourceWriter writer, ModelPlan model, long partialStep)
    {
        int c = model.Head.Outputs;
        new KernelDoc("∂L/∂bias_c = Σ_b ∂L/∂f[b, c]", $"b sample of a chunk, c logit 0…{c - 1}", $"logitsGradient [B, {c}], partials [chunks, parameters]", string.Empty, c, 4L * c).WritePer(writer, "sample");
        using (DescribeHead(model).Open(writer))
        {
            WriteSums(writer, c, 1, model.Head.BiasOffset, partialStep, body => body.Lines($"sum += logitsGradient[((long)instance * {c}) + bias];"));
        }
    }

    private static void WriteSums(SourceWriter writer, int count, int instances, int offset, long partialStep, Action<SourceWriter> add)
    {
        int blocks = DotTiling.DivideUp(count, Threads);
        writer.Lines(blocks == 1 ? "int bias = Group.IdxX;\nint chunk = Grid.IdxX;" : $"int bias = (Grid.IdxX % {blocks} * {Threads}) + Group.IdxX;\nint chunk = Grid.IdxX / {blocks};");
        using (writer.Block($"if (bias < {count})"))
        {
            writer.Lines($"float sum = 0f;\nint end = {Index.Times("Math.Min(batch, (chunk + 1) * perChunk)", instances)};");
            using (writer.Block($"for (int instance = {Index.Times("chunk * perChunk", instances)}; instance < end; instance++)"))
            {
                add(writer);
            }

            writer.Gap();
            writer.Lines($"partials[{(partialStep == 0 ? string.Empty : $"(chunk * {partialStep}L) + ")}{offset} + bias] = sum;");
        }
    }
}
