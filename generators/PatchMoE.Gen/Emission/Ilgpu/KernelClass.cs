using PatchMoE.Gen.Emission.Text;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints a class of kernels.</summary>
internal static class KernelClass
{
    /// <summary>Prints it.</summary>
    /// <param name="writer">Where to print.</param>
    /// <param name="name">Its name.</param>
    /// <param name="summary">What it holds.</param>
    /// <param name="kernels">The kernels.</param>
    /// <param name="helpers">Prints what they call.</param>
    public static void Kernels(this SourceWriter writer, string name, string summary, IEnumerable<GpuKernel> kernels, Action? helpers = null)
    {
        writer.Summary(summary);
        using (writer.GeneratedType($"internal static class {name}"))
        {
            foreach (GpuKernel kernel in kernels)
            {
                kernel.Write(writer);
            }

            helpers?.Invoke();
        }
    }

    public static SourceWriter.Scope GeneratedType(this SourceWriter writer, string declaration)
    {
        writer.Lines(HeaderEmitter.GeneratedCode);
        return writer.Block(declaration);
    }
}
