namespace PatchMoE.Training.Data;

/// <summary>Texts in a folder with a folder of files for each class.</summary>
internal static class TextFolder
{
    private static readonly string[] s_extensions = [".txt", ".md", ".markdown", ".html", ".htm", ".eml"];

    /// <summary>What the files are.</summary>
    /// <param name="format">A format that is named makes every file a text, whatever its name: mails often have none.</param>
    public static FolderContent Content(TextFormat format) => format == TextFormat.Auto
        ? new FolderContent("texts", string.Join(", ", s_extensions), IsText)
        : new FolderContent("texts", "files of any name", _ => true);

    private static bool IsText(string path) => s_extensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads files. One that cannot be read is left out and reported, or an error with <see cref="LoadOptions.Strict"/>.</summary>
    /// <param name="folder">Their folder.</param>
    /// <param name="files">The files.</param>
    /// <param name="format">How their parts are told.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="BadInputException">None can be read, or (strict) one cannot be.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static List<LabelledText> Read(ClassFolder folder, IReadOnlyList<ClassFile> files, TextFormat format, LoadOptions options)
    {
        var texts = new LabelledText?[files.Count];
        var reasons = new string?[files.Count];
        int done = 0;
        Parallel.For(0, files.Count, new ParallelOptions { CancellationToken = options.Cancellation }, i =>
        {
            try
            {
                TextDocument document = options.Texts!.Read(Path.Combine(folder.Root, files[i].File), format);
                texts[i] = new LabelledText(files[i].File, folder.Classes[files[i].Class], document);
            }
            catch (BadInputException exception)
            {
                reasons[i] = exception.Message;
            }

            options.Progress?.Report((Interlocked.Increment(ref done), files.Count));
        });
        string[] broken = [.. reasons.OfType<string>()];
        if (broken.Length > 0 && (options.Strict || broken.Length == files.Count))
        {
            throw new BadInputException(broken[0]);
        }

        if (broken.Length > 0)
        {
            options.Report?.Invoke($"{broken.Length} of {files.Count} files are no texts and are left out. The first: {broken[0]}");
        }

        return [.. texts.OfType<LabelledText>()];
    }
}
