using PatchMoE.Gen.Emission.Text;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>A parameter of a kernel and what the passes hand over for it.</summary>
/// <param name="Parameter">The parameter.</param>
/// <param name="Value">Its value, in terms of <c>batch</c>, <c>chunks</c>, <c>buffers</c> and <c>scratch</c>.</param>
internal sealed record Argument(Parameter Parameter, Expression Value)
{
    public static Argument Batch { get; } = Number("batch", "batch");

    public static Argument PerChunk { get; } = Number("perChunk", "perChunk");

    public static Argument Parameters { get; } = Floats("parameters", "buffers.Parameters");

    public static Argument Partials { get; } = Floats("partials", "partials");

    public static Argument Logits { get; } = Floats("logits", "buffers.Logits");

    public static Argument LogitsGradient { get; } = Floats("logitsGradient", "scratch.LogitsGradient");

    public static Argument Floats(string name, Expression value) => new(new Parameter("ArrayView<float>", name), value);

    public static Argument Integers(string name, Expression value) => new(new Parameter("ArrayView<int>", name), value);

    public static Argument Number(string name, Expression value) => new(new Parameter("int", name), value);

    /// <summary>The argument, if this network's kernel has it.</summary>
    public Argument When(bool isUsed) => this with { Parameter = Parameter.When(isUsed) };
}

/// <summary>
/// A kernel: how it is launched, its documentation, how its body is printed. Shared memory and barriers of all groups have one shape, so nothing returns
/// before the last barrier.
/// </summary>
/// <param name="Owner">The class that holds it.</param>
/// <param name="Name">The method.</param>
/// <param name="Threads">Threads of a group.</param>
/// <param name="Groups">The number of groups, in terms of <c>batch</c> and <c>chunks</c>.</param>
/// <param name="Documentation">Its documentation.</param>
/// <param name="Body">Prints its body.</param>
/// <param name="Arguments">All that it can have; at most 14 are used: ILGPU's launchers take no more.</param>
internal sealed record GpuKernel(
    string Owner, string Name, int Threads, Expression Groups, KernelDoc Documentation, Action<SourceWriter> Body, params Argument[] Arguments)
{
    private Method Method => new(Name, [.. Arguments.Select(argument => argument.Parameter)]) { Modifiers = "internal static" };

    private string Launcher => $"_{char.ToLowerInvariant(Owner[0])}{Owner.Substring(1)}{Name}";

    public void Write(SourceWriter writer) => writer.Method(Method, Documentation.Write, () => Body(writer));

    public void WriteField(SourceWriter writer) => writer.Fill(
        "private readonly Action<", ["AcceleratorStream", "KernelConfig", .. Method.Used.Select(parameter => parameter.Type)], $"> {Launcher};", after: ",");

    public void WriteLoad(SourceWriter writer) => writer.Lines($"DeviceKernel.Load(accelerator, {Owner}.{Name}, out {Launcher});");

    public void WriteLaunch(SourceWriter writer) => writer.Fill(
        $"{Launcher}(",
        ["stream", $"new KernelConfig({Groups}, {Threads})", .. Arguments.Where(argument => argument.Parameter.IsUsed).Select(argument => argument.Value.ToString())],
        ");",
        after: ",");
}
