using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the copy of an image's patches to rows (im2col), and its reverse for gradients (col2im).</summary>
internal static class Im2ColEmitter
{
    private static readonly Method s_forward = Of("Forward", "private static");

    /// <summary>The same of an image whose pixels are bytes; asks for those of the next.</summary>
    private static readonly Method s_decode = new("Decode", "ref byte image, ref byte next, ref float rows") { Modifiers = "private static" };

    /// <summary>The patches of a sample, whose values are one or the other.</summary>
    public static Method Sample { get; } = new("Sample", "in InputBatch batch, int b, ref float rows") { Modifiers = "public static" };

    /// <summary>The sum of the rows' values at each pixel.</summary>
    public static Method Backward { get; } = Of("Backward", "public static");

    public static string Owner(ModelPlan plan) => $"Im2Col<{VectorTypes.Of(plan.PatchLanes)}>";

    public static void Write(SourceWriter writer, ModelPlan plan)
    {
        var image = (ImageInputSpec)plan.Model.Input;
        int length = image.PatchWidth * image.Channels;
        (int n, int d) = (plan.Bottom.Patches, plan.Bottom.Dimension);
        string axes = $"patch row y 0…{image.GridHeight - 1}, patch column x 0…{image.GridWidth - 1}, pixel row p 0…{image.PatchHeight - 1}; a pixel row of a patch is {image.PatchWidth} pixels × {image.Channels} channels";
        string shapes = $"image [{image.Height}, {image.Width}, {image.Channels}], rows [{n}, {d}]";
        writer.Summary("An image's patches as rows, and back.");
        using (writer.Block($"internal static class Im2Col<S, V> {VectorTypes.Constraint}"))
        {
            writer.Method(Sample, "The patches of sample b.", () =>
            {
                writer.Block("if (batch.HasPixels)", () => writer.Call(s_decode.Call(("image", SampleMethods.Values(plan, "batch.Pixels")), ("next", SampleMethods.Values(plan, "batch.Pixels", "Next")))));
                writer.Block("else", () => writer.Call(s_forward.Call(("image", SampleMethods.Values(plan, "batch.Input")))));
            });
            var forward = new KernelDoc("rows[j, (p, q, c)] = image[y·sh + p, x·sw + q, c], j = (y, x)", axes, shapes, string.Empty, 0, 4L * (plan.InputLength + (n * (long)d)));
            writer.Kernel(s_forward, forward, () => WriteLines(writer, image, "float", "Load"));
            var decode = forward with { Formula = "rows[j, (p, q, c)] = image[y·sh + p, x·sw + q, c] / 255, j = (y, x)", Bytes = plan.InputLength + (4L * n * d) };
            writer.Kernel(s_decode, decode, () => WriteLines(writer, image, "byte", "LoadPixels"));
            var backward = new KernelDoc("image[y·sh + p, x·sw + q, c] += rows[j, (p, q, c)], patch after patch", axes, shapes, string.Empty, (long)n * d, 4L * (plan.InputLength + (n * (long)d)));
            writer.Kernel(Backward, backward, () => WriteLoops(writer, image, () =>
            {
                writer.Lines("int i = 0;");
                using (writer.Block($"for (; i <= {length} - S.Lanes; i += S.Lanes)"))
                {
                    writer.Lines("S.Store(S.Add(S.Load(ref pixels, i), S.Load(ref row, i)), ref pixels, i);");
                }

                if (length % plan.PatchLanes != 0)
                {
                    writer.Block($"for (; i < {length}; i++)", () => writer.Lines("Add(ref pixels, i) += Add(ref row, i);"));
                }
            }));
        }
    }

    private static Method Of(string name, string modifiers) => new(name, "ref float image, ref float rows") { Modifiers = modifiers };

    /// <summary>A patch row's lines of the image one after the other, since memory is read fastest in order: in each a pixel row of every patch.</summary>
    private static void WriteLines(SourceWriter writer, ImageInputSpec image, string pixel, string load)
    {
        int length = image.PatchWidth * image.Channels;
        writer.Loop("y", image.GridHeight, y => writer.Loop("p", image.PatchHeight, p =>
        {
            Expression at = ((y * image.StrideHeight) + p) * (image.Width * image.Channels);
            writer.Lines($"ref {pixel} line = ref {(Place)"image" + at};");
            if (pixel == "byte")
            {
                writer.Lines($"Values.Prefetch(ref {(Place)"next" + at}, {image.Width * image.Channels});");
            }

            writer.Lines($"ref float first = ref {(Place)"rows" + ((y * (image.GridWidth * image.PatchHeight * length)) + (p * length))};");
            writer.Loop("x", image.GridWidth, x =>
            {
                writer.Lines($"ref {pixel} pixels = ref {(Place)"line" + (x * (image.StrideWidth * image.Channels))};");
                writer.Lines($"ref float row = ref {(Place)"first" + (x * (image.PatchHeight * length))};");
                PatchPlaces.WriteCopy(writer, "pixels", "row", $"{length}", load);
            });
        }));
    }

    /// <summary>Patch after patch, so that what overlapping patches add to a pixel has one order.</summary>
    private static void WriteLoops(SourceWriter writer, ImageInputSpec image, Action body)
    {
        int length = image.PatchWidth * image.Channels;
        writer.Loop("y", image.GridHeight, y => writer.Loop("x", image.GridWidth, x =>
        {
            writer.Lines($"ref float corner = ref {(Place)"image" + ((y * (image.StrideHeight * image.Width * image.Channels)) + (x * (image.StrideWidth * image.Channels)))};");
            writer.Lines($"ref float patch = ref {(Place)"rows" + (((y * image.GridWidth) + x) * (image.PatchHeight * length))};");
            writer.Loop("p", image.PatchHeight, p =>
            {
                writer.Lines($"ref float pixels = ref {(Place)"corner" + (p * (image.Width * image.Channels))};");
                writer.Lines($"ref float row = ref {(Place)"patch" + (p * length)};");
                body();
            });
        }));
    }
}
