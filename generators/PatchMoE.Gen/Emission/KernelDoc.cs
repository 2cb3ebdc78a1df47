using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>What stands above each emitted kernel.</summary>
/// <param name="Formula">The scalar formula it computes.</param>
/// <param name="Axes">Every index with what it counts and its range.</param>
/// <param name="Shapes">The arrays it reads and writes.</param>
/// <param name="Tiling">The tile and why; empty if there is none.</param>
/// <param name="Flops">Floating-point operations per call, a multiply-add counted as two.</param>
/// <param name="Bytes">Bytes of distinct memory read and written per call.</param>
internal sealed record KernelDoc(string Formula, string Axes, string Shapes, string Tiling, long Flops, long Bytes)
{
    public void Write(SourceWriter writer) => WritePer(writer, "call");

    /// <summary>Where the work grows with an argument, the counts are per unit of it.</summary>
    public void WritePer(SourceWriter writer, string unit)
    {
        writer.Lines($"/// <summary>{Escape(Formula)}</summary>");
        writer.Lines("/// <remarks>");
        writer.Lines($"/// Axes: {Escape(Axes)}.");
        writer.Lines($"/// Shapes: {Escape(Shapes)}.");
        if (Tiling.Length > 0)
        {
            writer.Lines($"/// Tiling: {Escape(Tiling)}.");
        }

        writer.Lines($"/// Per {unit}: {Format.Count(Flops)} FLOPs, {Format.Count(Bytes)} bytes.");
        writer.Lines("/// </remarks>");
    }

    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
