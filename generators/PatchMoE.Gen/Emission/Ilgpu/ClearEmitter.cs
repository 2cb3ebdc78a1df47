namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints a kernel that sets an array to 0: ILGPU's own MemSet leaves a part of an OpenCL buffer as it was.</summary>
internal static class ClearEmitter
{
    private const int Threads = 128;

    /// <summary>The kernel on an array of <paramref name="length"/> values per sample; 0 for an array of a length that does not depend on the batch.</summary>
    public static GpuKernel Describe(string array, int length, int total = 0) => new(
        "Common",
        "Clear",
        Threads,
        length > 0 ? $"(int)(((batch * {length}L) + {Threads - 1}) / {Threads})" : $"{(total + Threads - 1) / Threads}",
        [GpuParameter.Floats("values", array)]);

    public static void Write(SourceWriter writer)
    {
        writer.Lines("/// <summary>values[i] = 0.</summary>");
        using (Describe(string.Empty, 1).Open(writer))
        {
            writer.Lines($"long i = ((long)Grid.IdxX * {Threads}) + Group.IdxX;");
            using (writer.Block("if (i < values.Length)"))
            {
                writer.Lines("values[i] = 0f;");
            }
        }
    }
}
