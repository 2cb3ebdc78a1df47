using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>
/// Prints the sum of overlapping patches' gradients into those of the image, or of the map below (col2im); a thread has one value of it and takes its patches in order.
/// </summary>
internal static class FoldEmitter
{
    public static GpuKernel Of(IlgpuLayerPlan plan)
    {
        ImageInputSpec image = plan.Image!;
        (int length, int n, int d) = (plan.Fold.Values, plan.Layer.Patches, plan.Layer.Dimension);
        (string what, string target) = plan.Layer.Index == 0 ? ("an image", "inputGradient") : ($"the map of layer {plan.Layer.Index - 1} with its border,", "mapGradient");
        return new GpuKernel(
            $"Layer{plan.Layer.Index}",
            "Fold",
            plan.Fold.Threads,
            GroupText.Batch * plan.Fold.Groups,
            new KernelDoc(
                $"∂L/∂{(plan.Layer.Index == 0 ? "input" : "map")} = Σ over the patches that hold the value, in order of their index",
                $"b sample, i value 0…{length - 1} of {what} of {image.Height} × {image.Width} × {image.Channels}",
                $"patchGradients [{n}, {d}] of a sample, {target} [{length}] of a sample",
                string.Empty,
                (long)n * d,
                4L * ((n * d) + length)) { Per = "sample" },
            writer => writer.Elements(plan.Fold, "i", "sample", (i, sample) => WriteBody(writer, image, i, (sample.As("long") * (n * d), (sample.As("long") * length) + i), d, target)),
            Argument.Floats("patchGradients", new LayerArguments(plan).InputGradients.Value),
            Argument.Floats(target, new LayerArguments(plan).BelowGradient));
    }

    private static void WriteBody(SourceWriter writer, ImageInputSpec image, Expression i, (Expression Patches, Expression Value) at, int d, string target)
    {
        Expression channel = writer.Let("channel", i % image.Channels);
        Expression right = writer.Let("right", i / image.Channels % image.Width);
        Expression down = writer.Let("down", i / (image.Width * image.Channels));
        (Expression firstRow, Expression lastRow) = Range("Row", down, image.PatchHeight, image.StrideHeight, image.GridHeight);
        (Expression firstColumn, Expression lastColumn) = Range("Column", right, image.PatchWidth, image.StrideWidth, image.GridWidth);
        writer.Lines("float sum = 0f;");
        Each("row", firstRow, lastRow, row => Each("column", firstColumn, lastColumn, column =>
        {
            Expression pixel = ((down - (row * image.StrideHeight)) * image.PatchWidth) + right - (column * image.StrideWidth);
            Expression inPatch = writer.Let("inPatch", (pixel * image.Channels) + channel);
            writer.Lines($"sum += patchGradients[{at.Patches + (((row * image.GridWidth) + column) * d) + inPatch}];");
        }));
        writer.Lines($"{target}[{at.Value}] = sum;");

        // The first patch, along one axis, that ends behind a pixel, and the last that begins at it or before; an axis of one pixel has one patch.
        (Expression First, Expression Last) Range(string axis, Expression pixel, int patch, int stride, int grid)
        {
            if (pixel.IsZero)
            {
                return (0, 0);
            }

            Expression first = writer.Let($"first{axis}", Expression.Raw($"{pixel} < {patch} ? 0 : {(pixel - (patch - stride)) / stride}"));
            return (first, writer.Let($"last{axis}", Expression.Min(pixel / stride, grid - 1)));
        }

        void Each(string index, Expression first, Expression last, Action<Expression> body)
        {
            if (last.IsZero && first.IsZero)
            {
                body(0);
            }
            else
            {
                writer.Block($"for (int {index} = {first}; {index} <= {last}; {index}++)", () => body(Expression.Name(index)));
            }
        }
    }
}
