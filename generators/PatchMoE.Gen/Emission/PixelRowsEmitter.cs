using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints how kernels find the values of a patch that lies in several pixel rows of an image.</summary>
internal static class PixelRowsEmitter
{
    /// <summary>Prints the method that tells where a patch begins.</summary>
    public static void WriteCorner(SourceWriter writer, ImagePatches image)
    {
        writer.Lines($"""
            /// <summary>Where patch j begins in the image: {image.GridWidth} patches side by side.</summary>
            private static int Corner(int j) => ((int)((uint)j / {image.GridWidth}) * {image.GridStep}) + ((int)((uint)j % {image.GridWidth}) * {image.ColumnStep});
            """);
    }

    /// <summary>The copy of a pixel row, from <c>pixels</c> to <c>row</c>, in full vectors.</summary>
    public static string Copy(string length) => $$"""
        for (int i = 0; i < {{length}} - S.Lanes; i += S.Lanes)
        {
            S.Store(S.Load(ref pixels, i), ref row, i);
        }

        // The last vector may overlap the one before it.
        S.Store(S.Load(ref pixels, {{length}} - S.Lanes), ref row, {{length}} - S.Lanes);
        """;

    /// <summary>Prints the copy of the patches that are taken.</summary>
    public static void WriteCopy(SourceWriter writer, LayerPlan layer, ImagePatches image)
    {
        int length = image.Length;
        new KernelDoc(
            "rows[t, i] = x_j[i] with j = routes[t]",
            $"t patch taken 0…{layer.Taken - 1}, i value 0…{layer.Dimension - 1}",
            $"x in the image, rows [{layer.Taken}, {layer.Dimension}]",
            string.Empty,
            0,
            8L * layer.Taken * layer.Dimension).Write(writer);
        using (WidthDispatch.Kernel(writer, "private static void CopyTaken<S, V>(ref float x, int taken, ref int routes, ref float rows)"))
        {
            writer.Lines("ref float row = ref rows;");
            using (writer.Block("for (int t = 0; t < taken; t++)"))
            {
                writer.Lines("ref float pixels = ref Add(ref x, Corner(Add(ref routes, t)));");
                WriteEach(writer, image, ["pixels"], ["row"], () => writer.Lines(Copy($"{length}")));
            }
        }
    }

    /// <summary>Prints the copy of all experts' patches, for a window of samples that goes on with them.</summary>
    public static void WriteTake(SourceWriter writer, LayerPlan layer)
    {
        writer.Lines("/// <summary>Copies the patches that each expert takes, in the order of its routes.</summary>");
        WidthDispatch.Write(writer, "Take", "ref float x, ref int integers, ref float rows", "ref x, ref integers, ref rows", layer.Access.Image!.Length);
        writer.Gap();
        using (WidthDispatch.Kernel(writer, "private static void Take<S, V>(ref float x, ref int integers, ref float rows)"))
        {
            using (writer.Block($"for (int s = 0; s < {layer.Experts}; s++)"))
            {
                writer.Lines($"CopyTaken<S, V>(ref x, integers, {Format.At("integers", "RoutesAt", ("s", layer.Taken))}, {Format.At("rows", "0", ("s", layer.Taken * layer.Dimension))});");
            }
        }
    }

    /// <summary>
    /// Prints a body for each pixel row, or the body alone where a patch's values follow each other. The references <paramref name="patches"/> walk from
    /// pixel row to pixel row of their patches, and <paramref name="rows"/> along their rows.
    /// </summary>
    public static void WriteEach(SourceWriter writer, ImagePatches? image, IEnumerable<string> patches, IEnumerable<string> rows, Action body)
    {
        if (image is null)
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
}
