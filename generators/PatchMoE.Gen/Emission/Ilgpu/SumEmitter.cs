using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the sum of the chunks' partial gradients, in order.</summary>
internal static class SumEmitter
{
    private const int Threads = 128;

    public static GpuKernel Describe(IlgpuPlan plan) => new(
        "Common",
        "Sum",
        Threads,
        $"{DotTiling.DivideUp(plan.Model.ParameterLength, Threads)}",
        [GpuParameter.Number("chunks", "chunks"), GpuParameter.Floats("partials", "partials"), GpuParameter.Floats("gradients", "buffers.Gradients")]);

    public static void Write(SourceWriter writer, IlgpuPlan plan)
    {
        int length = plan.Model.ParameterLength;
        new KernelDoc(
            "gradients[i] = Σ_chunk partials[chunk, i]; 0 for what has no gradient",
            $"i value 0…{length - 1} of the parameter buffer",
            $"partials [chunks, {length}], gradients [{length}]",
            "a thread per value",
            length,
            4L * length).WritePer(writer, "chunk");
        using (Describe(plan).Open(writer))
        {
            string[] trained = [.. plan.Model.Parameters.Where(parameter => parameter.HasGradient).Select(parameter => $"(i >= {parameter.Offset} && i < {parameter.Offset + parameter.Length})")];
            writer.Lines($"int i = (Grid.IdxX * {Threads}) + Group.IdxX;");
            using (writer.Block($"if (i < {length})"))
            {
                writer.Lines("float sum = 0f;");
                using (writer.Block($"if ({string.Join(" || ", trained)})"))
                {
                    using (writer.Block("for (int chunk = 0; chunk < chunks; chunk++)"))
                    {
                        writer.Lines($"sum += partials[(chunk * {length}L) + i];");
                    }
                }

                writer.Gap();
                writer.Lines("gradients[i] = sum;");
            }
        }
    }
}
