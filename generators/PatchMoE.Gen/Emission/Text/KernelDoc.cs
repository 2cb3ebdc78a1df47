using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission.Text;

/// <summary>The documentation of an emitted kernel.</summary>
/// <param name="Formula">The scalar formula it computes.</param>
/// <param name="Axes">Every index with what it counts and its range.</param>
/// <param name="Shapes">The arrays it reads and writes.</param>
/// <param name="Tiling">The tile and why; empty if there is none.</param>
/// <param name="Flops">Floating-point operations per call, a multiply-add counted as two.</param>
/// <param name="Bytes">Bytes of distinct memory read and written per call.</param>
internal sealed record KernelDoc(string Formula, string Axes, string Shapes, string Tiling, long Flops, long Bytes)
{
    /// <summary>What the counts are for: where the work grows with an argument, a unit of it.</summary>
    public string Per { get; init; } = "call";

    public void Write(SourceWriter writer)
    {
        writer.Summary(Formula);
        writer.Lines("/// <remarks>");
        writer.Comment("///", $"Axes: {Escape(Axes)}.");
        writer.Comment("///", $"Shapes: {Escape(Shapes)}.");
        if (Tiling.Length > 0)
        {
            writer.Comment("///", $"Tiling: {Escape(Tiling)}.");
        }

        writer.Lines($"/// Per {Per}: {Format.Count(Flops)} FLOPs, {Format.Count(Bytes)} bytes.");
        writer.Lines("/// </remarks>");
    }

    public static string Escape(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;");
}
