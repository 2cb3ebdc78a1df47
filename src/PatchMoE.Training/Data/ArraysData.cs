using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>A user's own arrays (.npy, or arrays of a .npz file): see <see cref="SampleArrays"/>.</summary>
internal static class ArraysData
{
    /// <summary>Reads training and test samples.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input must have the samples' shape.</param>
    /// <param name="folder">The folder that the spec's relative paths are relative to.</param>
    /// <exception cref="BadInputException">A file cannot be read, holds values or a shape that do not fit, or the two differ in number.</exception>
    public static (Dataset Train, Dataset Test) Read(ArraysDataSpec spec, ModelSpec model, string folder) =>
        (Read(spec.TrainInput, spec.TrainLabels, spec.TrainLengths, model, folder), Read(spec.TestInput, spec.TestLabels, spec.TestLengths, model, folder));

    private static Dataset Read(string inputFile, string labelsFile, string? lengthsFile, ModelSpec model, string folder)
    {
        string inputPath = DataPath.Resolve(inputFile, folder);
        string labelsPath = DataPath.Resolve(labelsFile, folder);
        NpyArray input = NpyFile.Read(inputPath, NpyReading.Inputs);
        SampleStore values = SampleArrays.Store(input, inputPath, model);
        int[] labels = SampleArrays.Labels(NpyFile.Read(labelsPath, NpyReading.WholeNumbers), labelsPath, model, input.Shape[0]);
        int[]? lengths = null;
        if (lengthsFile is not null)
        {
            string lengthsPath = DataPath.Resolve(lengthsFile, folder);
            lengths = SampleArrays.Lengths(NpyFile.Read(lengthsPath, NpyReading.WholeNumbers), lengthsPath, model, labels.Length);
        }

        return new Dataset(model.InputShape(), values, labels, lengths);
    }
}
