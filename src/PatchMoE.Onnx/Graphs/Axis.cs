namespace PatchMoE.Onnx.Graphs;

/// <summary>One axis of a declared shape: a size, or a symbol that stands for any size.</summary>
internal readonly record struct Axis(long Size, string? Symbol)
{
    public static implicit operator Axis(long size) => new(size, null);

    public static implicit operator Axis(string symbol) => new(0, symbol);
}
