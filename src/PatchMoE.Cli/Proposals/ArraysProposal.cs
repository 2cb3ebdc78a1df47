using System.Globalization;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Proposals;

/// <summary>A spec for arrays called as Keras and scikit-learn users call them: x_train, y_train, x_test and y_test, in one .npz file or as .npy files of a folder.</summary>
internal static class ArraysProposal
{
    private const int Experts = 8;
    private const int Neurons = 16;
    private static readonly string[] s_names = ["x_train", "y_train", "x_test", "y_test"];

    /// <summary>Whether a path is such an archive or folder.</summary>
    public static bool AreArrays(string path) =>
        path.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) || s_names.Any(name => File.Exists(Path.Combine(path, $"{name}.npy")));

    /// <summary>Looks at arrays.</summary>
    /// <param name="name">The spec's name.</param>
    /// <param name="path">The archive or folder.</param>
    /// <exception cref="BadInputException">An array is missing, or their shapes do not go together.</exception>
    public static Proposal Of(string name, string path)
    {
        string full = Path.GetFullPath(path);
        string[] files = [.. s_names.Select(array => Directory.Exists(path) ? Path.Combine(full, $"{array}.npy") : $"{full}:{array}")];
        NpyArray input = NpyFile.Read(files[0], NpyReading.Inputs);
        int[] labels = NpyFile.Read(files[1], NpyReading.WholeNumbers).Values<int>();
        int[] distinct = [.. labels.Distinct().Order()];
        bool isLogistic = distinct is [-1, 1];
        int classes = isLogistic ? 2 : distinct[^1] + 1;
        if (!isLogistic && (distinct[0] < 0 || classes < 2))
        {
            throw new BadInputException(Text($"{files[1]}: labels are 0 to C-1, or -1 and +1; these are {distinct[0]} to {distinct[^1]}. Save np.unique(labels, return_inverse=True)[1]."));
        }

        List<string> reasons = [Text($"found {labels.Length} samples {ShapeText.Of([.. input.Shape.Skip(1)])} of {classes} classes")];
        (InputSpec shape, LayerSpec layer) = Network(input, files[0], reasons);
        ModelSpec model = isLogistic
            ? new ModelSpec(shape, EquatableArray.Of(layer), Proposal.Head(1), Loss.Logistic)
            : new ModelSpec(shape, EquatableArray.Of(layer), Proposal.Head(classes), Loss.SoftmaxCrossEntropy);
        TrainingSpec training = Proposal.Training(Math.Max(labels.Length, 1));
        reasons.Add(Text($"{training.Epochs} epochs; channels are brought to mean 0 and deviation 1"));
        var data = new ArraysDataSpec(files[0], files[1], files[2], files[3]) { Normalize = true };
        return new Proposal(new PatchMoESpec(name, model, training, data), reasons);
    }

    private static (InputSpec Input, LayerSpec Layer) Network(NpyArray array, string path, List<string> reasons)
    {
        int[] sample = [.. array.Shape.Skip(1)];
        switch (sample)
        {
            case [var length]:
                reasons.Add(Text($"one hidden layer of {2 * Neurons} neurons that see all {length} values: they are no patches to choose from"));
                return (new VectorsInputSpec(1, length), new LayerSpec(Routing.Dense, 1, 2 * Neurons, Bias: true));
            case [_, _] or [_, _, 1 or 3]:
                (int height, int width) = (sample[0], sample[1]);
                int channels = sample.Length == 3 ? sample[2] : 1;
                (int patchHeight, int strideHeight) = Proposal.Cut(height);
                (int patchWidth, int strideWidth) = Proposal.Cut(width);
                var image = new ImageInputSpec(height, width, channels, patchHeight, patchWidth, strideHeight, strideWidth);
                int patches = image.GridHeight * image.GridWidth;
                reasons.Add(Text($"images of {height}x{width}x{channels} in {patches} overlapping patches of {patchHeight}x{patchWidth}; {Experts} experts of {Neurons} neurons"));
                return (image, new LayerSpec(Routing.ExpertChoice, Experts, Neurons, Math.Clamp(patches / 8, 1, patches), Gate.SoftmaxSelected, Bias: true));
            default:
                throw new BadInputException($"{path}: the array is {ShapeText.Of(array.Shape)}; a spec can be proposed for [N, D], [N, H, W] and [N, H, W, 1 or 3]. Write one with model.input as the data have it.");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
