namespace PatchMoE.Training.Data;

/// <summary>One picture of a folder.</summary>
/// <param name="File">Its path, relative to the folder, with '/' between folders.</param>
/// <param name="Class">The index of its class.</param>
internal sealed record Picture(string File, int Class);

/// <summary>
/// The pictures of a folder that has a folder for each class, or the folders <c>train</c> and <c>test</c> with a folder for each class in both. Pictures may lie deeper in the
/// folder of their class. Everything is in ordinal order, so it does not depend on the machine.
/// </summary>
/// <param name="Root">The folder.</param>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Train">The training pictures, or all of them if <see cref="Test"/> is null.</param>
/// <param name="Test">The test pictures; null if the folder has no part for testing.</param>
internal sealed record PictureFolder(string Root, EquatableArray<string> Classes, IReadOnlyList<Picture> Train, IReadOnlyList<Picture>? Test)
{
    private static readonly string[] s_extensions = [".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp"];
    private static readonly string[] s_testNames = ["test", "val", "valid", "validation"];
    private static readonly EnumerationOptions s_deep = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };

    /// <summary>Whether a file is a picture, by its name.</summary>
    public static bool IsPicture(string path) => s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>All pictures in a folder and the folders in it, as paths relative to it.</summary>
    public static IEnumerable<string> PicturesIn(string folder) => Directory.EnumerateFiles(folder, "*", s_deep)
        .Where(IsPicture)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);

    /// <summary>Lists a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="classes">The names of the classes, in the order of the labels; empty for all folders there are, in ordinal order.</param>
    /// <exception cref="BadInputException">There is no such folder, it has no folders with pictures, or a class has none.</exception>
    public static PictureFolder List(string root, EquatableArray<string> classes = default)
    {
        if (!Directory.Exists(root))
        {
            throw new BadInputException($"{root}: there is no such folder. Give one that holds a folder of pictures for each class.");
        }

        string train = Path.Combine(root, "train");
        string? test = s_testNames.Select(name => Path.Combine(root, name)).FirstOrDefault(Directory.Exists);
        bool isPair = Directory.Exists(train) && test is not null;
        string first = isPair ? train : root;
        if (classes.Count == 0)
        {
            classes = Subfolders(first).Where(name => PicturesIn(Path.Combine(first, name)).Any()).ToEquatableArray();
        }

        if (classes.Count == 0)
        {
            throw new BadInputException(PicturesIn(first).Any()
                ? $"{first}: the pictures lie in the folder itself, so nothing tells their classes. Put those of each class into a folder of its own, for example {Path.Combine(first, "cat")}."
                : $"{first}: it has no folder with pictures ({string.Join(", ", s_extensions)}). Put the pictures of each class into a folder of its own, for example {Path.Combine(first, "cat")}.");
        }

        return new PictureFolder(root, classes, Part(root, first, classes), isPair ? Part(root, test!, classes) : null);
    }

    private static IEnumerable<string> Subfolders(string folder) =>
        new DirectoryInfo(folder).EnumerateDirectories("*", new EnumerationOptions()).Select(one => one.Name).Order(StringComparer.Ordinal);

    private static List<Picture> Part(string root, string part, EquatableArray<string> classes)
    {
        var pictures = new List<Picture>();
        for (int i = 0; i < classes.Count; i++)
        {
            string folder = Path.Combine(part, classes[i]);
            string prefix = Path.GetRelativePath(root, folder).Replace('\\', '/');
            int before = pictures.Count;
            if (Directory.Exists(folder))
            {
                pictures.AddRange(PicturesIn(folder).Select(file => new Picture($"{prefix}/{file}", i)));
            }

            if (pictures.Count == before)
            {
                throw new BadInputException($"{folder}: there are no pictures of the class '{classes[i]}'. Add some ({string.Join(", ", s_extensions)}), or take the class out of data.classes.");
            }
        }

        return pictures;
    }
}
