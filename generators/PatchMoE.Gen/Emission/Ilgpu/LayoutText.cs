using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints where the values of patches lie: see <see cref="PatchLayout"/>.</summary>
internal static class LayoutText
{
    private static readonly string[] s_components = [".X", ".Y", ".Z", ".W"];
    private static readonly string[] s_itself = [string.Empty];

    public static string Type(this PatchLayout layout) => layout.Vector == 4 ? "Float4" : "float";

    /// <summary>The suffixes of a vector in arithmetic: its components, or nothing where it is a float.</summary>
    public static string[] Components(this PatchLayout layout) => layout.Vector == 4 ? s_components : s_itself;

    public static string Loads(this PatchLayout layout) => layout.Vector == 4 ? "128-bit loads" : "32-bit loads";

    /// <summary>A view of floats, read in vectors.</summary>
    public static Expression View(this PatchLayout layout, Expression floats) => layout.Vector == 4 ? $"{floats}.Cast<Float4>()" : floats;

    /// <summary>A part of a view, read in vectors. The cast comes first: ILGPU loads 128 bits at once only where it can see the alignment.</summary>
    public static Expression Part(this PatchLayout layout, Expression floats, int start, int length) =>
        $"{layout.View(floats)}.SubView({start / layout.Vector}, {length / layout.Vector})";

    public static Expression Instance(this PatchLayout layout, Expression floats, Expression instance) =>
        $"{layout.View(floats)}.SubView({instance.As("long") * layout.InstanceStride}, {layout.InstanceStride})";

    /// <summary>Where a patch begins in its instance.</summary>
    public static Expression Patch(this PatchLayout layout, Expression patch) => layout.GridWidth == 1
        ? patch * layout.GridRowStride
        : (patch / layout.GridWidth * layout.GridRowStride) + (patch % layout.GridWidth * layout.GridColumnStride);

    /// <summary>Where a vector lies in its patch.</summary>
    public static Expression Column(this PatchLayout layout, Expression vector) => layout.Contiguous
        ? vector
        : (vector / layout.PixelRow * layout.PixelRowStride) + (vector % layout.PixelRow);

    public static Expression LetView(this SourceWriter writer, string name, PatchLayout layout, Expression view)
    {
        writer.Lines($"ArrayView<{layout.Type()}> {name} = {view};");
        return Expression.Name(name);
    }
}
