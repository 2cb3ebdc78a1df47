using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints where patches lie in an image, and the copy of those that experts take.</summary>
internal static class GatherEmitter
{
    /// <summary>Prints the method that tells where a patch begins.</summary>
    public static void WriteCorner(SourceWriter writer, ImagePatches image, string what)
    {
        writer.Summary($"Where patch j begins in the {what}: {image.GridWidth} patches side by side.");
        writer.Lines($"private static int Corner(int j) => {Corner(image)};");
    }

    private static string Corner(ImagePatches image)
    {
        Expression column = (Expression)(image.GridWidth == 1 ? 0 : $"(int)((uint)j % {image.GridWidth})") * image.ColumnStep;
        Expression row = (Expression)(image.GridWidth == 1 ? "j" : $"(int)((uint)j / {image.GridWidth})") * image.GridStep;
        return (row + column).ToString();
    }

    public static void Write(SourceWriter writer, LayerPlan layer, ImagePatches image)
    {
        var doc = new KernelDoc(
            "rows[t, i] = x_j[i] with j = routes[t]",
            $"t patch taken 0…{layer.Taken - 1}, i value 0…{layer.Dimension - 1}",
            $"x in the image, rows [{layer.Taken}, {layer.Dimension}]",
            string.Empty,
            0,
            8L * layer.Taken * layer.Dimension);
        writer.Kernel(LayerMethods.Gather, doc, () =>
        {
            writer.Lines("ref float row = ref rows;");
            using (writer.Block("for (int t = 0; t < taken; t++)"))
            {
                writer.Lines("ref float pixels = ref Add(ref x, Corner(Add(ref routes, t)));");
                PatchPlaces.WriteEach(writer, image, ["pixels"], ["row"], () => PatchPlaces.WriteCopy(writer, "pixels", "row", $"{image.Length}"));
                if (image.PixelRows == 1)
                {
                    writer.Lines($"row = ref Add(ref row, {image.Length});");
                }
            }
        });
        if (layer.HasWindow)
        {
            writer.Kernel(LayerMethods.GatherAll, "Copies the patches that each expert takes, in the order of its routes.", () => writer.Loop("s", layer.Experts, s => writer.Call(
                LayerMethods.Gather.Call(("taken", "integers"), ("routes", BlockPlaces.Of(layer).Routes(s)), ("rows", (Place)"rows" + PatchPlaces.Copies(layer, s))))));
        }
    }
}
