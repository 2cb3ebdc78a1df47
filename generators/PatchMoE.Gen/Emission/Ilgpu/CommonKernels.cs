using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the kernels that serve all layers.</summary>
internal static class CommonKernels
{
    private const string Owner = "Common";

    public static IEnumerable<GpuKernel> All(IlgpuPlan plan) => [Clear(string.Empty, 0), .. plan.Chunks > 1 ? [Sum(plan)] : Array.Empty<GpuKernel>()];

    /// <summary>Sets an array to 0: ILGPU's own MemSet leaves a part of an OpenCL buffer as it was.</summary>
    /// <param name="array">The array.</param>
    /// <param name="length">How long it is.</param>
    public static GpuKernel Clear(Expression array, Expression length) => new(
        Owner,
        "Clear",
        IlgpuPlan.ElementThreads,
        Expression.CeilingOver(length, IlgpuPlan.ElementThreads).As("int"),
        new KernelDoc("values[i] = 0", "i value of the array", "values [any length]", "a thread per value", 0, 4) { Per = "value" },
        writer =>
        {
            writer.Lines($"long i = {(GroupText.Group.As("long") * IlgpuPlan.ElementThreads) + "Group.IdxX"};");
            writer.Block("if (i < values.Length)", () => writer.Lines("values[i] = 0f;"));
        },
        Argument.Floats("values", array));

    /// <summary>Adds up the chunks' partial gradients, in order.</summary>
    public static GpuKernel Sum(IlgpuPlan plan)
    {
        int length = plan.Model.ParameterLength;
        return new GpuKernel(
            Owner,
            "Sum",
            plan.Sum.Threads,
            plan.Sum.Groups,
            new KernelDoc(
                "gradients[i] = Σ_chunk partials[chunk, i]; 0 for what has no gradient",
                $"i value 0…{length - 1} of the parameter buffer",
                $"partials [chunks, {length}], gradients [{length}]",
                "a thread per value",
                length,
                4L * length) { Per = "chunk" },
            writer => WriteSum(writer, plan),
            Argument.Number("chunks", Expression.Name("chunks")),
            Argument.Partials,
            Argument.Floats("gradients", "buffers.Gradients"));
    }

    private static void WriteSum(SourceWriter writer, IlgpuPlan plan)
    {
        string[] trained =
        [
            .. plan.Model.Parameters
                .Where(parameter => parameter.HasGradient)
                .Select(parameter => parameter.Offset == 0 ? $"i < {parameter.Length}" : $"(i >= {parameter.Offset} && i < {parameter.Offset + parameter.Length})"),
        ];
        writer.Lines($"int i = {(GroupText.Group * plan.Sum.Threads) + "Group.IdxX"};");
        using (writer.If(plan.Sum.Exact ? null : $"i < {plan.Sum.Values}"))
        {
            writer.Lines("float sum = 0f;");
            writer.Fill("if (", trained, ")", before: "|| ");
            using (writer.Block())
            {
                writer.Block("for (int chunk = 0; chunk < chunks; chunk++)", () => writer.Lines($"sum += partials[(chunk * {plan.Sum.Values}L) + i];"));
            }

            writer.Lines("gradients[i] = sum;");
        }
    }
}
