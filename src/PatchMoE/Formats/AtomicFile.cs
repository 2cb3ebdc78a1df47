using System.Text;

namespace PatchMoE.Formats;

/// <summary>Writes a file completely or not at all.</summary>
internal static class AtomicFile
{
    /// <summary>
    /// Writes to a temporary file next to <paramref name="path"/>, flushes it to disk and renames it over the target. If anything fails, the
    /// target is unchanged and the temporary file is removed.
    /// </summary>
    /// <param name="path">The target; a symbolic link is followed. Its folder must exist.</param>
    /// <param name="write">Writes the contents.</param>
    /// <param name="previous">What the target, if there is one, is renamed to once the new file is complete; null to replace it.</param>
    /// <exception cref="BadInputException">The file cannot be written: the message names the path, the cause and the fix.</exception>
    public static void Write(string path, Action<Stream> write, string? previous = null) => WriteAll([(path, write)], flush: true, previous);

    /// <summary>Writes a text as UTF-8, as <see cref="Write"/> does.</summary>
    /// <param name="path">As for <see cref="Write"/>.</param>
    /// <param name="text">The text.</param>
    /// <param name="flush">
    /// Whether to wait for the disk. If not, a power failure may leave an incomplete file: for small files that have a checksum and can be made again.
    /// </param>
    /// <exception cref="BadInputException">As for <see cref="Write"/>.</exception>
    public static void WriteText(string path, string text, bool flush = true) => WriteAll([(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)))], flush);

    /// <summary>
    /// Writes several files, all or none: each to a temporary file next to its target, flushed to disk; only then are they renamed over
    /// the targets. If anything fails before that, the targets are unchanged and the temporary files are removed.
    /// </summary>
    /// <param name="files">The targets, as <see cref="Write"/> takes them, and what writes their contents.</param>
    /// <param name="flush">Whether to wait for the disk, see <see cref="WriteText"/>.</param>
    /// <param name="previous">For a single file, see <see cref="Write"/>.</param>
    /// <exception cref="BadInputException">A file cannot be written: the message names the path, the cause and the fix.</exception>
    public static void WriteAll(IReadOnlyList<(string Path, Action<Stream> Write)> files, bool flush = true, string? previous = null)
    {
        var staged = new List<(string Path, string Target, string Temporary)>();
        try
        {
            foreach ((string path, Action<Stream> write) in files)
            {
                string target = Resolve(path);
                string temporary = Path.Combine(Path.GetDirectoryName(target)!, TemporaryName($"{Guid.NewGuid():N}"));
                staged.Add((path, target, temporary));
                Explain(path, target, () =>
                {
                    using var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None);
                    write(stream);
                    stream.Flush(flushToDisk: flush);
                });
            }

            foreach ((string path, string target, string temporary) in staged)
            {
                Explain(path, target, () =>
                {
                    // Whoever is killed between the two renames leaves the old file under its new name.
                    if (previous is not null && File.Exists(target))
                    {
                        File.Move(target, previous, overwrite: true);
                    }

                    File.Move(temporary, target, overwrite: true);
                });
            }
        }
        finally
        {
            // After the renames, none are left.
            foreach ((_, _, string temporary) in staged)
            {
                Remove(temporary);
            }
        }
    }

    /// <summary>Removes the temporary files of writers that were killed. Nothing may be writing to the folder.</summary>
    internal static void RemoveLeftovers(string folder)
    {
        foreach (string temporary in Directory.EnumerateFiles(folder, TemporaryName("*")))
        {
            Remove(temporary);
        }
    }

    /// <summary>The full path of the file that a path points to through symbolic links, or the path itself if there are none.</summary>
    internal static string FollowLinks(string path)
    {
        string target = Path.GetFullPath(path);
        try
        {
            return File.ResolveLinkTarget(target, returnFinalTarget: true)?.FullName ?? target;
        }
        catch (IOException)
        {
            // The file does not exist yet, or the link is broken: reading or writing reports what is wrong, if anything is.
            return target;
        }
    }

    /// <summary>Reports why writing failed, and what to do.</summary>
    private static void Explain(string path, string target, Action write)
    {
        try
        {
            write();
        }
        catch (UnauthorizedAccessException e)
        {
            throw Error(path, $"no permission to write to {Path.GetDirectoryName(target)}. Choose a folder you may write in, or change its permissions", e);
        }
        catch (IOException e)
        {
            throw Error(path, $"{IoReason.Of(e)}. Check that the disk has free space and that {Path.GetDirectoryName(target)} is writable", e);
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName == "value")
        {
            // What the runtime makes of EFBIG: a limit of the file system (FAT32 has one of 4 GB) or of the process.
            throw Error(path, "the file would be larger than the file system or a limit of the process allows. Choose a folder on another disk", e);
        }
    }

    private static string TemporaryName(string unique) => $".pmoe-{unique}.tmp";

    /// <summary>The full path of the file to be replaced.</summary>
    private static string Resolve(string path)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new BadInputException($"'{path.Replace('\0', '?')}' is not a file name. Give the path of the file to write.");
        }

        string target = Path.GetFullPath(path);
        if (Directory.Exists(target))
        {
            throw Error(path, "it is a folder. Give the name of a file in it");
        }

        // A rename would replace the device with a regular file.
        if (target.StartsWith("/dev/", StringComparison.Ordinal) && File.Exists(target) && !target.StartsWith("/dev/shm/", StringComparison.Ordinal))
        {
            throw Error(path, "it is a device. Give the name of a regular file");
        }

        target = FollowLinks(target);
        string folder = Path.GetDirectoryName(target)!;
        return Directory.Exists(folder) ? target : throw Error(path, $"the folder {folder} does not exist. Create it first, or choose another");
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The first error is more informative than this one.
        }
    }

    private static BadInputException Error(string path, string reason, Exception? cause = null) =>
        new($"{path}: cannot be written: {reason}.", cause);
}
