using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using static PatchMoE.Gen.Emission.Text.Indices;

namespace PatchMoE.Gen.Emission;

/// <summary>Where patches lie, and how kernels walk over those that lie in several pixel rows.</summary>
internal static class PatchPlaces
{
    /// <summary>Where a patch begins.</summary>
    public static Expression Patch(LayerPlan layer, Expression index) => layer.Access.Image is null ? index * layer.Access.RowStep : $"Corner({index})";

    /// <summary>Where the patch that an expert takes at place t begins; copies lie in the order of the expert's routes.</summary>
    public static Expression ExpertPatch(LayerPlan layer, Expression t) => layer.Access.Source == PatchSource.Chosen
        ? t * layer.Dimension
        : Patch(layer, layer.HasRoutes ? (Place)"routes" + t : t);

    /// <summary>The patches of instance g of sample b of a window, behind the argument <c>x</c>.</summary>
    public static Expression InWindow(ModelPlan plan, LayerPlan layer)
    {
        bool given = layer.Index == 0 && !layer.Access.Copies;
        Expression sample = (Place)"integers" + "Slot.Sample" + (B * "Slot.Integers");
        return (given ? sample.As("nint") * plan.InputLength : B * "Slot.Floats") + (BlockPlaces.Instance(layer) * layer.Patches * (given ? layer.Access.RowStep : layer.Dimension));
    }

    /// <summary>Where the copies of an expert's patches begin among those of all; 0 where there are none.</summary>
    public static Expression Copies(LayerPlan layer, Expression expert) => layer.Access.Source == PatchSource.Chosen ? expert * layer.Taken * layer.Dimension : 0;

    public static IEnumerable<ParameterList> Parameters(int patches, string name = "x") => Names(patches, name).Select(place => (ParameterList)$"ref float {place}");

    /// <summary>The references x0, x1, … to the patches of a tile.</summary>
    public static string[] Names(int patches, string name = "x") => [.. Enumerable.Range(0, patches).Select(p => $"{name}{p}")];

    /// <summary>
    /// Prints a body for each pixel row, or the body alone where a patch's values follow each other. The references <paramref name="patches"/> walk from
    /// pixel row to pixel row of their patches, and <paramref name="rows"/> along their rows.
    /// </summary>
    public static void WriteEach(SourceWriter writer, ImagePatches? image, IEnumerable<string> patches, IEnumerable<string> rows, Action body)
    {
        if (image is null || image.PixelRows == 1)
        {
            body();
            return;
        }

        using (writer.Block($"for (int y = 0; y < {image.PixelRows}; y++)"))
        {
            body();
            writer.Gap();
            foreach (string patch in patches)
            {
                writer.Lines($"{patch} = ref Add(ref {patch}, {image.Step});");
            }

            foreach (string row in rows)
            {
                writer.Lines($"{row} = ref Add(ref {row}, {image.Length});");
            }
        }
    }

    public static void WriteCopy(SourceWriter writer, string from, string to, string length, string load = "Load") => writer.Lines($$"""
        for (int i = 0; i < {{length}} - S.Lanes; i += S.Lanes)
        {
            S.Store(S.{{load}}(ref {{from}}, i), ref {{to}}, i);
        }

        // The last vector may overlap the one before it.
        S.Store(S.{{load}}(ref {{from}}, {{length}} - S.Lanes), ref {{to}}, {{length}} - S.Lanes);
        """);
}
