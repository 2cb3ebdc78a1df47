using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints the sum of overlapping patches' gradients into the image's; a thread has one value of the image and takes its patches in order.</summary>
internal static class FoldEmitter
{
    private const int Threads = 128;

    public static GpuKernel Describe(ModelPlan model) => new(
        "Layer0",
        "Fold",
        Threads,
        Index.Times("batch", DotTiling.DivideUp(model.InputLength, Threads)),
        [GpuParameter.Floats("patchGradients", "scratch.Layer0PatchGradients"), GpuParameter.Floats("inputGradient", "buffers.InputGradient")]);

    public static void Write(SourceWriter writer, ModelPlan model)
    {
        var image = (ImageInputSpec)model.Model.Input;
        int length = model.InputLength;
        int blocks = DotTiling.DivideUp(length, Threads);
        (int n, int d) = (model.Bottom.Patches, model.Bottom.Dimension);
        new KernelDoc(
            "∂L/∂input = Σ over the patches that hold the value, in order of their index",
            $"b sample, i value 0…{length - 1} of an image of {image.Height} × {image.Width} × {image.Channels}",
            $"patchGradients [{n}, {d}] of a sample, inputGradient [{length}] of a sample",
            string.Empty,
            (long)n * d,
            4L * ((n * d) + length)).WritePer(writer, "sample");
        using (Describe(model).Open(writer))
        {
            writer.Lines($"int sample = {(blocks == 1 ? "Grid.IdxX" : $"Grid.IdxX / {blocks}")};\nint i = {(blocks == 1 ? "Group.IdxX" : $"(Grid.IdxX % {blocks} * {Threads}) + Group.IdxX")};");
            using (writer.Block($"if (i < {length})"))
            {
                writer.Lines($$"""
                    int channel = i % {{image.Channels}};
                    int right = i / {{image.Channels}} % {{image.Width}};
                    int down = i / {{image.Width * image.Channels}};
                    int firstRow = down < {{image.PatchHeight}} ? 0 : (down - {{image.PatchHeight - image.StrideHeight}}) / {{image.StrideHeight}};
                    int lastRow = Math.Min(down / {{image.StrideHeight}}, {{image.GridHeight - 1}});
                    int firstColumn = right < {{image.PatchWidth}} ? 0 : (right - {{image.PatchWidth - image.StrideWidth}}) / {{image.StrideWidth}};
                    int lastColumn = Math.Min(right / {{image.StrideWidth}}, {{image.GridWidth - 1}});
                    float sum = 0f;
                    for (int row = firstRow; row <= lastRow; row++)
                    {
                        for (int column = firstColumn; column <= lastColumn; column++)
                        {
                            int inPatch = ((((down - (row * {{image.StrideHeight}})) * {{image.PatchWidth}}) + right - (column * {{image.StrideWidth}})) * {{image.Channels}}) + channel;
                            sum += patchGradients[((long)sample * {{n * d}}) + (((row * {{image.GridWidth}}) + column) * {{d}}) + inPatch];
                        }
                    }

                    inputGradient[((long)sample * {{length}}) + i] = sum;
                    """);
            }
        }
    }
}
