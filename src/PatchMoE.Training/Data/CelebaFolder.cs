namespace PatchMoE.Training.Data;

/// <summary>
/// A folder with CelebA: <c>list_attr_celeba.txt</c>, the split <c>list_eval_partition.txt</c> if there is one, and the pictures, in <c>img_align_celeba</c> or in the folder
/// itself. The folders of the authors' download (<c>Anno</c>, <c>Eval</c>, <c>Img</c>) are known, too.
/// </summary>
internal sealed class CelebaFolder
{
    /// <summary>The folder that is searched for if none is given: <c>data/celeba</c>.</summary>
    public const string FolderName = "celeba";

    private const string AttributeName = "list_attr_celeba.txt";
    private const string PartitionName = "list_eval_partition.txt";
    private static readonly string[] s_pictures = ["img_align_celeba", "img_align_celeba_png", "Img/img_align_celeba", "Img/img_align_celeba_png", ""];

    private CelebaFolder(string root, string attributes) => (Root, AttributeFile) = (root, attributes);

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>The list of attributes.</summary>
    public string AttributeFile { get; }

    /// <summary>The split; null if there is none.</summary>
    public string? PartitionFile => Find(Root, PartitionName, "Eval");

    /// <summary>Finds CelebA.</summary>
    /// <param name="source">The folder that the spec names; null for the one found by searching upwards.</param>
    /// <param name="options"><see cref="LoadOptions.DataFolder"/> takes the place of the spec's.</param>
    /// <exception cref="BadInputException">There is no such folder, or no list of attributes in it.</exception>
    public static CelebaFolder Open(string? source, LoadOptions options)
    {
        string place = options.DataFolder ?? (source is null ? DataFolder.Find(FolderName, options.SpecFolder) : DataPath.Resolve(source, options.SpecFolder)) ?? throw new BadInputException(
            $"data.source: there is no folder data/{FolderName} in the current directory, above it, above the spec, or above the program. "
            + $"Put CelebA's {s_pictures[0]} and {AttributeName} there, or name their folder with data.source or --data DIR.");
        if (!Directory.Exists(place))
        {
            throw new BadInputException(
                $"{(options.DataFolder is null ? "data.source" : "--data")}: there is no folder {place}. Name the folder that holds CelebA's {s_pictures[0]} and {AttributeName}.");
        }

        return new CelebaFolder(place, Find(place, AttributeName, "Anno") ?? throw new BadInputException(
            $"{place}: there is no {AttributeName}. Put CelebA's list of attributes there, or name another folder with data.source or --data DIR."));
    }

    /// <summary>The files of listed pictures, relative to <see cref="Root"/>. A picture may be of another format than its name in the list says: <c>000001.png</c> for <c>000001.jpg</c>.</summary>
    /// <param name="listed">The pictures.</param>
    /// <exception cref="BadInputException">A picture is missing.</exception>
    public string[] FilesOf(IReadOnlyList<CelebaPicture> listed)
    {
        string folder = s_pictures.First(name => Directory.Exists(Path.Combine(Root, name)));
        string[] files = [.. PictureFolder.PicturesIn(Path.Combine(Root, folder))];
        Dictionary<string, string> byName = files.DistinctBy(Path.GetFileName).ToDictionary(file => Path.GetFileName(file), StringComparer.Ordinal);
        Dictionary<string, string> byStem = files.DistinctBy(Path.GetFileNameWithoutExtension).ToDictionary(file => Path.GetFileNameWithoutExtension(file), StringComparer.Ordinal);
        string?[] found = [.. listed.Select(picture =>
            byName.GetValueOrDefault(picture.File) ?? byStem.GetValueOrDefault(Path.GetFileNameWithoutExtension(picture.File)))];
        int missing = Array.IndexOf(found, null);
        return missing < 0 ? [.. found.Select(file => folder.Length == 0 ? file! : $"{folder}/{file}")] : throw new BadInputException(
            $"{AttributeFile}, line {listed[missing].Line}: there is no picture {listed[missing].File} in {Path.Combine(Root, folder)}; "
            + $"{found.Count(file => file is null)} of the {listed.Count} listed pictures are missing. Put them there, or take their lines out of the list and correct the number in its line 1.");
    }

    private static string? Find(string root, string name, string subfolder) =>
        new[] { Path.Combine(root, name), Path.Combine(root, subfolder, name) }.FirstOrDefault(File.Exists);
}
