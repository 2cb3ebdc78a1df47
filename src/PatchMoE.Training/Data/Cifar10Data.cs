using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// CIFAR-10 from a folder of its binary files: those of <c>data_batch_1.bin</c> to <c>data_batch_5.bin</c> that exist for training, and
/// <c>test_batch.bin</c>. If the spec uses fewer images than there are, the seed selects them, each at most once.
/// </summary>
internal static class Cifar10Data
{
    /// <summary>The folder that is searched for if none is given: <c>data/cifar-10</c>.</summary>
    public const string FolderName = "cifar-10";

    private const string TestFile = "test_batch.bin";

    /// <summary>Mean and deviation of each channel over the 50,000 training images, pixels/255.</summary>
    public static readonly Normalization Normalization = new(EquatableArray.Of(0.4914f, 0.4822f, 0.4465f), EquatableArray.Of(0.2470f, 0.2435f, 0.2616f));

    private static readonly string[] s_trainFiles = [.. Enumerable.Range(1, 5).Select(i => $"data_batch_{i}.bin")];

    /// <summary>Reads training and test samples.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input must be 32×32×3.</param>
    /// <param name="folder">The folder with the files (<c>--data</c>); null for the spec's, or the one found by searching upwards.</param>
    /// <param name="seed">The seed of the draws.</param>
    /// <param name="specFolder">The folder that the spec's relative path is relative to.</param>
    /// <exception cref="BadInputException">A file is missing or damaged, there are too few images, or the model's input has another shape.</exception>
    public static (Dataset Train, Dataset Test) Read(Cifar10DataSpec spec, ModelSpec model, string? folder, ulong seed, string specFolder)
    {
        if (model.InputShape() != EquatableArray.Of(Cifar10File.Side, Cifar10File.Side, Cifar10File.Channels))
        {
            throw new BadInputException(
                $"model.input: it requires [{string.Join(", ", model.InputShape())}], but an image of CIFAR-10 is [{Cifar10File.Side}, {Cifar10File.Side}, {Cifar10File.Channels}]. Change model.input.");
        }

        string place = Locate(spec, folder, specFolder);
        string[] trainFiles = [.. s_trainFiles.Select(name => Path.Combine(place, name)).Where(File.Exists)];
        string testFile = Path.Combine(place, TestFile);
        if (trainFiles.Length == 0 || !File.Exists(testFile))
        {
            throw new BadInputException(
                $"{place}: there is no {(trainFiles.Length == 0 ? s_trainFiles[0] : TestFile)}. Put CIFAR-10's binary files there ({s_trainFiles[0]} to {s_trainFiles[^1]} and {TestFile}), or name another folder with --data DIR.");
        }

        return (Draw(trainFiles, spec.Train, seed, "train"), Draw([testFile], spec.Test, seed, "test"));
    }

    private static string Locate(Cifar10DataSpec spec, string? folder, string specFolder)
    {
        if (folder is null && spec.Source is null)
        {
            return DataFolder.Find(FolderName, specFolder) ?? throw new BadInputException(
                $"data.source: there is no folder data/{FolderName} in the current directory, above it, above the spec, or above the program. "
                + $"Put CIFAR-10's binary files ({s_trainFiles[0]} to {s_trainFiles[^1]} and {TestFile}) there, or name their folder with data.source or --data DIR.");
        }

        string place = folder ?? DataPath.Resolve(spec.Source!, specFolder);
        return Directory.Exists(place) ? place : throw new BadInputException(
            $"{(folder is null ? "data.source" : "--data")}: there is no folder {place}. Name the folder that holds CIFAR-10's binary files, {s_trainFiles[0]} to {s_trainFiles[^1]} and {TestFile}.");
    }

    private static Dataset Draw(string[] files, int? wanted, ulong seed, string part)
    {
        (byte[] Images, byte[] Labels)[] batches = [.. files.Select(Cifar10File.Read)];
        (int Batch, int Image)[] order = [.. batches.SelectMany((batch, b) => Enumerable.Range(0, batch.Labels.Length).Select(i => (b, i)))];
        int count = wanted ?? order.Length;
        if (count > order.Length)
        {
            throw new BadInputException($"data.{part}: {count} is more than the {order.Length} images there are. Use 1 to {order.Length}, or give more data with --data DIR.");
        }

        if (count < order.Length)
        {
            CounterRandom.ForName(seed, $"data.{part}").Shuffle<(int, int)>(order);
        }

        const int Length = Cifar10File.Side * Cifar10File.Side * Cifar10File.Channels;
        float[] inputs = SampleArray.Allocate(count, Length, $"data.{part}");
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            (int batch, int image) = order[i];
            Span<float> input = inputs.AsSpan(i * Length, Length);
            Pixels.ToUnit(batches[batch].Images.AsSpan(image * Length, Length), input);
            labels[i] = batches[batch].Labels[image];
        }

        return new Dataset(EquatableArray.Of(Cifar10File.Side, Cifar10File.Side, Cifar10File.Channels), inputs, labels);
    }
}
