using PatchMoE.RandomNumbers;

namespace PatchMoE.Training.Data;

/// <summary>
/// Finds MNIST or a set of its form in a folder: the full set (<c>train-*</c> for training, <c>t10k-*</c> or <c>test-*</c> for testing) or the 10,000
/// <c>t10k</c> images alone, of which 60 % are then used for training and 40 % for testing.
/// </summary>
internal static class DataFolder
{
    private const double TrainShare = 0.6;
    private const string Train = "train";
    private const string Test = "test";
    private static readonly string[] TestFiles = ["t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];
    private static readonly string[] TrainFiles = ["train-images-idx3-ubyte", "train-labels-idx1-ubyte"];

    /// <summary>Reads the images of a source, split so that no image is in both parts.</summary>
    /// <param name="source"><c>mnist</c> or <c>fashion-mnist</c>.</param>
    /// <param name="folder">
    /// The folder with the idx files, or of several sets in it one: <c>gzip/emnist-digits</c>. Null for <c>data/{source}</c> of the repository (see
    /// <see cref="Find"/>).
    /// </param>
    /// <param name="seed">The seed of the split, if there is only one part.</param>
    /// <param name="specFolder">The spec file's folder, above which to search too; null for none.</param>
    /// <exception cref="BadInputException">A file is missing or damaged, it is unclear which set is meant, or the two parts differ in image size.</exception>
    public static (ImageSet Train, ImageSet Test) Read(string source, string? folder, ulong seed, string? specFolder = null)
    {
        (IdxSet set, folder) = Choose(source, folder, specFolder);
        ImageSet test = ReadPart(set, folder, Test, TestFiles);
        if (!set.Has(Train))
        {
            return Split(test, seed);
        }

        ImageSet train = ReadPart(set, folder, Train, TrainFiles);
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
    /// <param name="specFolder">The spec file's folder, above which to search too; null for none.</param>
    /// <exception cref="BadInputException">There is no such folder.</exception>
    public static string Require(string source, string? folder, string? specFolder = null)
    {
        folder ??= Find(source, specFolder) ?? throw new BadInputException(
            $"data.source: there is no folder data/{source} in the current directory, above it, above the spec, or above the program. "
            + $"Put {string.Join(" and ", TestFiles)} (gzipped or not; for the full set also {string.Join(" and ", TrainFiles)}) there, or name their folder with --data DIR.");
        return Directory.Exists(folder) ? folder : throw new BadInputException(
            $"--data: there is no folder {folder}. Name the folder that holds {TestFiles[0]} and {TestFiles[1]}, gzipped or not.");
    }

    /// <summary>
    /// The first <c>data/{source}</c> that exists, walking up from the current directory, then from the spec's, then from the program's own; null if there is none.
    /// </summary>
    public static string? Find(string source, string? specFolder = null)
    {
        foreach (string start in (string[])[Directory.GetCurrentDirectory(), specFolder ?? AppContext.BaseDirectory, AppContext.BaseDirectory])
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

    /// <summary>The set that is meant, and its folder.</summary>
    private static (IdxSet Set, string Folder) Choose(string source, string? folder, string? specFolder)
    {
        string? name = null;
        if (folder is not null && !Directory.Exists(folder) && Path.GetDirectoryName(Path.GetFullPath(folder)) is { } parent && Directory.Exists(parent)
            && IdxSet.In(parent).Any(set => set.Name.Length > 0 && set.Name == Path.GetFileName(folder)))
        {
            (folder, name) = (parent, Path.GetFileName(folder));
        }

        string place = Require(source, folder, specFolder);
        IdxSet[] sets = [.. IdxSet.In(place).Where(set => name is null || set.Name == name)];
        return sets.Length switch
        {
            0 => (new IdxSet("", new Dictionary<(string, string), string>()), place),
            1 => (sets[0], place),
            _ => throw new BadInputException(
                $"{place}: there are several sets of images: {string.Join(", ", sets.Select(set => set.Name.Length == 0 ? TrainFiles[0] : set.Name))}. "
                + $"Name one, for example --data {Path.Combine(place, sets.First(set => set.Name.Length > 0).Name)}, or a folder that holds only one."),
        };
    }

    private static ImageSet ReadPart(IdxSet set, string folder, string part, string[] names)
    {
        string Require(string kind, string name)
        {
            string usual = set.Name.Length == 0 ? name : $"{set.Name}-{name.Replace("t10k", Test, StringComparison.Ordinal)}";
            return set.Files.GetValueOrDefault((part, kind)) ?? throw new BadInputException(
                $"{folder}: there is no {usual} and no {usual}.gz. Put one of them there, or name another folder with --data DIR.");
        }

        return ImageSet.Read(Require("images", names[0]), Require("labels", names[1]));
    }

    private static (ImageSet Train, ImageSet Test) Split(ImageSet images, ulong seed)
    {
        int[] order = [.. Enumerable.Range(0, images.Count)];
        CounterRandom.ForName(seed, "data.split").Shuffle<int>(order);
        int train = (int)(images.Count * TrainShare);
        return (images.Subset(order.AsSpan(0, train)), images.Subset(order.AsSpan(train)));
    }
}
