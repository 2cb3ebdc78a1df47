using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the copy of an image's patches to rows, and its reverse for gradients.</summary>
internal static class PatchesEmitter
{
    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        var image = (ImageInputSpec)plan.Model.Input;
        int stretch = image.PatchWidth * image.Channels;
        (int n, int d) = (plan.Bottom.Patches, plan.Bottom.Dimension);
        string axes = $"patch row y 0…{image.GridHeight - 1}, patch column x 0…{image.GridWidth - 1}, pixel row p 0…{image.PatchHeight - 1}; a stretch is {image.PatchWidth} pixels × {image.Channels} channels";
        string shapes = $"image [{image.Height}, {image.Width}, {image.Channels}], rows [{n}, {d}]";

        writer.Lines("/// <summary>An image's patches as rows, and back.</summary>");
        using (writer.Block("internal static class PatchRows"))
        {
            new KernelDoc("rows[j, (p, q, c)] = image[y·sh + p, x·sw + q, c], j = (y, x)", axes, shapes, string.Empty, 0, 4L * (plan.InputLength + (n * (long)d))).Write(writer);
            WidthDispatch.Write(writer, "Pack", "ref float image, ref float rows", "ref image, ref rows", stretch);
            writer.Gap();
            using (WidthDispatch.Kernel(writer, $"private static void Pack<S, V>(ref float image, ref float rows)"))
            {
                WriteLoops(writer, image, () => writer.Lines(PixelRowsEmitter.Copy($"{stretch}")));
            }

            writer.Gap();
            new KernelDoc("image[y·sh + p, x·sw + q, c] += rows[j, (p, q, c)], patch after patch", axes, shapes, string.Empty, (long)n * d, 4L * (plan.InputLength + (n * (long)d))).Write(writer);
            WidthDispatch.Write(writer, "Unpack", "ref float image, ref float rows", "ref image, ref rows", stretch);
            writer.Gap();
            using (WidthDispatch.Kernel(writer, $"private static void Unpack<S, V>(ref float image, ref float rows)"))
            {
                WriteLoops(writer, image, () =>
                {
                    writer.Lines($$"""
                        int i = 0;
                        for (; i <= {{stretch}} - S.Lanes; i += S.Lanes)
                        {
                            S.Store(S.Add(S.Load(ref pixels, i), S.Load(ref row, i)), ref pixels, i);
                        }
                        """);
                    if (stretch % 16 != 0)
                    {
                        writer.Gap();
                        writer.Lines($$"""
                            for (; i < {{stretch}}; i++)
                            {
                                Add(ref pixels, i) += Add(ref row, i);
                            }
                            """);
                    }
                });
            }
        }
    }

    private static void WriteLoops(SourceWriter writer, ImageInputSpec image, Action body)
    {
        int stretch = image.PatchWidth * image.Channels;
        using (writer.Block($"for (int y = 0; y < {image.GridHeight}; y++)"))
        {
            using (writer.Block($"for (int x = 0; x < {image.GridWidth}; x++)"))
            {
                writer.Lines($"ref float corner = ref Add(ref image, {Format.Offset("0", ("y", image.StrideHeight * image.Width * image.Channels), ("x", image.StrideWidth * image.Channels))});");
                writer.Lines($"ref float patch = ref Add(ref rows, ((y * {image.GridWidth}) + x) * {image.PatchHeight * stretch});");
                using (writer.Block($"for (int p = 0; p < {image.PatchHeight}; p++)"))
                {
                    writer.Lines($"ref float pixels = ref Add(ref corner, p * {image.Width * image.Channels});");
                    writer.Lines($"ref float row = ref Add(ref patch, p * {stretch});");
                    body();
                }
            }
        }
    }
}
