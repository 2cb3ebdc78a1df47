using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// Finds MNIST or Fashion-MNIST in a folder: the full set (<c>train-*</c> for training, <c>t10k-*</c> for testing) or the 10,000 <c>t10k</c> images
/// alone, of which 60 % are then used for training and 40 % for testing.
/// </summary>
internal static class DataFolder
{
    private const double TrainShare = 0.6;
    private static readonly string[] TestFiles = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
    private static readonly string[] TrainFiles = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];

    /// <summary>Reads the images of a source, split so that no image is in both parts.</summary>
    /// <param name="source"><c>mnist</c> or <c>fashion-mnist</c>.</param>
    /// <param name="folder">The folder with the idx files; null for <c>data/{source}</c> of the repository (see <see cref="Find"/>).</param>
    /// <param name="seed">The seed of the split, if there is only one set.</param>
    /// <exception cref="BadInputException">A file is missing or damaged, or the two parts differ in image size.</exception>
    public static (ImageSet Train, ImageSet Test) Read(string source, string? folder, ulong seed)
    {
        folder = Require(source, folder);
        ImageSet test = ReadPair(folder, TestFiles);
        if (!TrainFiles.Any(name => Locate(folder, name) is not null))
        {
            return Split(test, seed);
        }

        ImageSet train = ReadPair(folder, TrainFiles);
        if ((train.Rows, train.Columns) != (test.Rows, test.Columns))
        {
            throw new BadInputException(
                $"{folder}: the training images are {train.Rows}×{train.Columns}, the test images {test.Rows}×{test.Columns}. Give the files of one set.");
        }

        return (train, test);
    }

    /// <summary>The folder to read a source from.</summary>
    /// <param name="source"><c>mnist</c> or <c>fashion-mnist</c>.</param>
    /// <param name="folder">The folder that the user gave; null for <c>data/{source}</c> of the repository (see <see cref="Find"/>).</param>
    /// <exception cref="BadInputException">There is no such folder.</exception>
    public static string Require(string source, string? folder)
    {
        folder ??= Find(source) ?? throw new BadInputException(
            $"data.source: there is no folder data/{source} in the current directory, above it, or above the program. "
            + $"Put {string.Join(" and ", TestFiles)} (gzipped or not; for the full set also {string.Join(" and ", TrainFiles)}) there, or name their folder with --data DIR.");
        return Directory.Exists(folder) ? folder : throw new BadInputException(
            $"--data: there is no folder {folder}. Name the folder that holds {TestFiles[0]} and {TestFiles[1]}, gzipped or not.");
    }

    /// <summary>
    /// The first <c>data/{source}</c> that exists, walking up from the current directory, then from the program's own; null if there is none.
    /// </summary>
    public static string? Find(string source)
    {
        foreach (string start in (string[])[Directory.GetCurrentDirectory(), AppContext.BaseDirectory])
        {
            for (DirectoryInfo? directory = new(start); directory is not null; directory = directory.Parent)
            {
                string candidate = Path.Combine(directory.FullName, "data", source);
                if (Directory.Exists(candidate))
                {
                    return candidate;
                }
            }
        }

        return null;
    }

    private static ImageSet ReadPair(string folder, string[] names)
    {
        string[] paths = [.. names.Select(name => Locate(folder, name) ?? throw new BadInputException(
            $"{folder}: there is no {name} and no {name}.gz. Put one of them there, or name another folder with --data DIR."))];
        return ImageSet.Read(paths[0], paths[1]);
    }

    private static string? Locate(string folder, string name) =>
        new[] { Path.Combine(folder, name), Path.Combine(folder, name + ".gz") }.FirstOrDefault(File.Exists);

    private static (ImageSet Train, ImageSet Test) Split(ImageSet images, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, images.Count)];
        CounterRandom.ForName(seed, "data.split").Shuffle<int>(order);
        int train = (int)(images.Count * TrainShare);
        return (images.Subset(order.AsSpan(0, train)), images.Subset(order.AsSpan(train)));
    }
}
