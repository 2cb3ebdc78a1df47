using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>
/// A user's own arrays (.npy): inputs float32, or uint8, which are divided by 255; labels int32 or uint8. The input's axes after the first are those of
/// model.input; a single channel may be omitted.
/// </summary>
internal static class ArraysData
{
    /// <summary>Reads training and test samples.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input must have the samples' shape.</param>
    /// <param name="folder">The folder that the spec's relative paths are relative to.</param>
    /// <exception cref="BadInputException">A file cannot be read, has another element type or shape, or the two differ in number.</exception>
    public static (Dataset Train, Dataset Test) Read(ArraysDataSpec spec, ModelSpec model, string folder) =>
        (Read(spec.TrainInput, spec.TrainLabels, model, folder), Read(spec.TestInput, spec.TestLabels, model, folder));

    private static Dataset Read(string inputFile, string labelsFile, ModelSpec model, string folder)
    {
        string inputPath = Path.Combine(folder, inputFile);
        string labelsPath = Path.Combine(folder, labelsFile);
        NpyArray input = NpyFile.Read(inputPath);
        NpyArray labels = NpyFile.Read(labelsPath);
        EquatableArray<int> shape = model.InputShape();
        int[] wanted = [.. shape];
        int[] given = [.. input.Shape.Skip(1)];
        bool withoutChannel = shape is [_, _, 1] && model.Input is ImageInputSpec && given.SequenceEqual(wanted[..^1]);
        if (input.Shape.Count == 0 || (!given.SequenceEqual(wanted) && !withoutChannel))
        {
            throw new BadInputException(
                $"{inputPath}: the array is {ShapeText.Of(input.Shape)}, but model.input requires {ShapeText.Of(wanted.Prepend(input.Shape.FirstOrDefault()))}. Change model.input or reshape the array.");
        }

        if (labels.Shape.Count != 1 || labels.Shape[0] != input.Shape[0])
        {
            throw new BadInputException(
                $"{labelsPath}: the array is {ShapeText.Of(labels.Shape)}, but {inputPath} holds {input.Shape[0]} samples. Give one label for each, as an array [{input.Shape[0]}].");
        }

        return new Dataset(shape, SampleValues.Inputs(input, inputPath), SampleValues.Integers(labels, labelsPath, "labels"));
    }
}
