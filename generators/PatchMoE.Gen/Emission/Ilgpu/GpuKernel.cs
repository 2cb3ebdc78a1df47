namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>A parameter of a kernel.</summary>
/// <param name="Type">Its type.</param>
/// <param name="Name">Its name in the kernel.</param>
/// <param name="Value">What the passes hand over.</param>
internal sealed record GpuParameter(string Type, string Name, string Value)
{
    public static GpuParameter Floats(string name, string value) => new("ArrayView<float>", name, value);

    public static GpuParameter Integers(string name, string value) => new("ArrayView<int>", name, value);

    public static GpuParameter Number(string name, string value) => new("int", name, value);
}

/// <summary>A kernel as the passes see it.</summary>
/// <param name="Owner">The class that holds it.</param>
/// <param name="Name">The method.</param>
/// <param name="Threads">Threads of a group.</param>
/// <param name="Groups">The number of groups, in terms of <c>batch</c> and <c>chunks</c>.</param>
/// <param name="Parameters">At most 14: ILGPU's launchers take no more.</param>
internal sealed record GpuKernel(string Owner, string Name, int Threads, string Groups, IReadOnlyList<GpuParameter> Parameters)
{
    private const int MostOnALine = 3;

    /// <summary>The passes' field that launches it.</summary>
    public string Launcher => $"_{char.ToLowerInvariant(Owner[0])}{Owner.Substring(1)}{Name}";

    /// <summary>Opens the method; shared memory and barriers of all groups have one shape, so nothing returns before the last barrier.</summary>
    public SourceWriter.Scope Open(SourceWriter writer)
    {
        string[] parameters = [.. Parameters.Select(parameter => $"{parameter.Type} {parameter.Name}")];
        return writer.Block(parameters.Length <= MostOnALine
            ? $"internal static void {Name}({string.Join(", ", parameters)})"
            : $"internal static void {Name}(\n    {string.Join(",\n    ", parameters)})");
    }

    public void WriteField(SourceWriter writer) =>
        writer.Lines($"private readonly Action<AcceleratorStream, KernelConfig, {Types}> {Launcher};");

    public void WriteLoad(SourceWriter writer) =>
        writer.Lines($"{Launcher} = DeviceKernel.Load(\"{Owner}.{Name}\", () => accelerator.LoadKernel<{Types}>({Owner}.{Name}));");

    public void WriteLaunch(SourceWriter writer) =>
        writer.Lines($"{Launcher}(stream, new KernelConfig({Groups}, {Threads}), {string.Join(", ", Parameters.Select(parameter => parameter.Value))});");

    private string Types => string.Join(", ", Parameters.Select(parameter => parameter.Type));
}
