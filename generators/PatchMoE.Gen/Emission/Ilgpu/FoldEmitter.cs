using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the sum of overlapping patches' gradients into the image's (col2im); a thread has one value of the image and takes its patches in order.</summary>
internal static class FoldEmitter
{
    public static GpuKernel Of(IlgpuLayerPlan plan, ModelPlan model)
    {
        var image = (ImageInputSpec)model.Model.Input;
        (int length, int n, int d) = (model.InputLength, plan.Layer.Patches, plan.Layer.Dimension);
        return new GpuKernel(
            "Layer0",
            "Fold",
            plan.Fold.Threads,
            GroupText.Batch * plan.Fold.Groups,
            new KernelDoc(
                "∂L/∂input = Σ over the patches that hold the value, in order of their index",
                $"b sample, i value 0…{length - 1} of an image of {image.Height} × {image.Width} × {image.Channels}",
                $"patchGradients [{n}, {d}] of a sample, inputGradient [{length}] of a sample",
                string.Empty,
                (long)n * d,
                4L * ((n * d) + length)) { Per = "sample" },
            writer => writer.Elements(plan.Fold, "i", "sample", (i, sample) => WriteBody(writer, image, i, (sample.As("long") * (n * d), (sample.As("long") * length) + i), d)),
            Argument.Floats("patchGradients", new LayerArguments(plan).InputGradients.Value),
            Argument.Floats("inputGradient", "buffers.InputGradient"));
    }

    private static void WriteBody(SourceWriter writer, ImageInputSpec image, Expression i, (Expression Patches, Expression Value) at, int d)
    {
        Expression channel = writer.Let("channel", i % image.Channels);
        Expression right = writer.Let("right", i / image.Channels % image.Width);
        Expression down = writer.Let("down", i / (image.Width * image.Channels));
        (Expression firstRow, Expression lastRow) = Range("Row", down, image.PatchHeight, image.StrideHeight, image.GridHeight);
        (Expression firstColumn, Expression lastColumn) = Range("Column", right, image.PatchWidth, image.StrideWidth, image.GridWidth);
        writer.Lines("float sum = 0f;");
        using (writer.Block($"for (int row = {firstRow}; row <= {lastRow}; row++)"))
        {
            using (writer.Block($"for (int column = {firstColumn}; column <= {lastColumn}; column++)"))
            {
                Expression pixel = ((down - (Expression.Name("row") * image.StrideHeight)) * image.PatchWidth) + right - (Expression.Name("column") * image.StrideWidth);
                Expression inPatch = writer.Let("inPatch", (pixel * image.Channels) + channel);
                writer.Lines($"sum += patchGradients[{at.Patches + (((Expression.Name("row") * image.GridWidth) + "column") * d) + inPatch}];");
            }
        }

        writer.Lines($"inputGradient[{at.Value}] = sum;");

        // The first patch, along one axis, that ends behind a pixel, and the last that begins at it or before.
        (Expression First, Expression Last) Range(string axis, Expression pixel, int patch, int stride, int grid)
        {
            Expression first = writer.Let($"first{axis}", Expression.Raw($"{pixel} < {patch} ? 0 : {(pixel - (patch - stride)) / stride}"));
            return (first, writer.Let($"last{axis}", Expression.Min(pixel / stride, grid - 1)));
        }
    }
}
