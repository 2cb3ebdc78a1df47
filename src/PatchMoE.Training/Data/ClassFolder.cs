namespace PatchMoE.Training.Data;

/// <summary>One file of a folder.</summary>
/// <param name="File">Its path, relative to the folder, with '/' between folders.</param>
/// <param name="Class">The index of its class.</param>
internal sealed record ClassFile(string File, int Class);

/// <summary>What the files of a folder are.</summary>
/// <param name="Plural">What they are called, for messages: "pictures".</param>
/// <param name="Names">The names they have, for messages: ".png, .jpg".</param>
/// <param name="IsOne">Whether a file is one, by its name.</param>
internal sealed record FolderContent(string Plural, string Names, Func<string, bool> IsOne)
{
    private static readonly EnumerationOptions s_deep = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };

    /// <summary>All of them in a folder and the folders in it, as paths relative to it, in ordinal order.</summary>
    public IEnumerable<string> In(string folder) => Directory.EnumerateFiles(folder, "*", s_deep)
        .Where(IsOne)
        .Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
}

/// <summary>
/// The files of a folder that has a folder for each class, or the folders <c>train</c> and <c>test</c> with a folder for each class in both. They may lie deeper in the
/// folder of their class. Everything is in ordinal order, so it does not depend on the machine.
/// </summary>
/// <param name="Root">The folder.</param>
/// <param name="Classes">The names of the classes.</param>
/// <param name="Train">The training files, or all of them if <see cref="Test"/> is null.</param>
/// <param name="Test">The test files; null if the folder has no part for testing.</param>
internal sealed record ClassFolder(string Root, EquatableArray<string> Classes, IReadOnlyList<ClassFile> Train, IReadOnlyList<ClassFile>? Test)
{
    private static readonly string[] s_testNames = ["test", "val", "valid", "validation"];

    /// <summary>Lists a folder.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="content">What its files are.</param>
    /// <param name="classes">The names of the classes, in the order of the labels; empty for all folders there are, in ordinal order.</param>
    /// <exception cref="BadInputException">There is no such folder, it has no folders with such files, or a class has none.</exception>
    public static ClassFolder List(string root, FolderContent content, EquatableArray<string> classes = default)
    {
        if (!Directory.Exists(root))
        {
            throw new BadInputException($"{root}: there is no such folder. Give one that holds a folder of {content.Plural} for each class.");
        }

        string train = Path.Combine(root, "train");
        string? test = s_testNames.Select(name => Path.Combine(root, name)).FirstOrDefault(Directory.Exists);
        bool isPair = Directory.Exists(train) && test is not null;
        string first = isPair ? train : root;
        if (classes.Count == 0)
        {
            classes = Subfolders(first).Where(name => content.In(Path.Combine(first, name)).Any()).ToEquatableArray();
        }

        if (classes.Count == 0)
        {
            throw new BadInputException(content.In(first).Any()
                ? $"{first}: the {content.Plural} lie in the folder itself, so nothing tells their classes. Put those of each class into a folder of its own, for example {Path.Combine(first, "cat")}."
                : $"{first}: it has no folder with {content.Plural} ({content.Names}). Put the {content.Plural} of each class into a folder of its own, for example {Path.Combine(first, "cat")}.");
        }

        return new ClassFolder(root, classes, Part(root, first, classes, content), isPair ? Part(root, test!, classes, content) : null);
    }

    private static IEnumerable<string> Subfolders(string folder) =>
        new DirectoryInfo(folder).EnumerateDirectories("*", new EnumerationOptions()).Select(one => one.Name).Order(StringComparer.Ordinal);

    private static List<ClassFile> Part(string root, string part, EquatableArray<string> classes, FolderContent content)
    {
        var files = new List<ClassFile>();
        for (int i = 0; i < classes.Count; i++)
        {
            string folder = Path.Combine(part, classes[i]);
            string prefix = Path.GetRelativePath(root, folder).Replace('\\', '/');
            int before = files.Count;
            if (Directory.Exists(folder))
            {
                files.AddRange(content.In(folder).Select(file => new ClassFile($"{prefix}/{file}", i)));
            }

            if (files.Count == before)
            {
                throw new BadInputException($"{folder}: there are no {content.Plural} of the class '{classes[i]}'. Add some ({content.Names}), or take the class out of data.classes.");
            }
        }

        return files;
    }
}
