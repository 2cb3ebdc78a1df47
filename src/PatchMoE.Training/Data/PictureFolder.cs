namespace PatchMoE.Training.Data;

/// <summary>Pictures in folders.</summary>
internal static class PictureFolder
{
    private static readonly string[] s_extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];

    /// <summary>What the files are.</summary>
    public static FolderContent Content { get; } = new("pictures", string.Join(", ", s_extensions), IsPicture);

    /// <summary>Whether a file is a picture, by its name.</summary>
    public static bool IsPicture(string path) => s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>All pictures in a folder and the folders in it, as paths relative to it.</summary>
    public static IEnumerable<string> PicturesIn(string folder) => Content.In(folder);

    /// <summary>Lists a folder with a folder of pictures for each class.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="classes">The names of the classes, in the order of the labels; empty for all folders there are, in ordinal order.</param>
    /// <exception cref="BadInputException">As in <see cref="ClassFolder.List"/>.</exception>
    public static ClassFolder List(string root, EquatableArray<string> classes = default) => ClassFolder.List(root, Content, classes);
}
