namespace PatchMoE.Formats;

/// <summary>Opens a user's file and turns system errors into messages with a fix.</summary>
internal static class InputFile
{
    /// <summary>Opens <paramref name="path"/>, reads it with <paramref name="read"/> and closes it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="read">Reads it; its stream can seek unless <paramref name="pipes"/> is true.</param>
    /// <param name="pipes">Whether a pipe will do as well as a file.</param>
    /// <exception cref="BadInputException">The file is missing, unreadable or not a regular file, or <paramref name="read"/> rejects its contents.</exception>
    public static T Read<T>(string path, Func<Stream, T> read, bool pipes = false)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new BadInputException($"'{path.Replace('\0', '?')}' is not a file name. Give the path of the file to read.");
        }

        if (Directory.Exists(path))
        {
            throw Error(path, "it is a folder. Give the name of a file in it");
        }

        return Explain(path, () =>
        {
            using FileStream stream = File.OpenRead(path);
            return stream.CanSeek || pipes ? read(stream) : throw Error(path, "it is a pipe or a device. Save its contents to a file first");
        });
    }

    /// <summary>Runs <paramref name="read"/> and says why reading failed, and what to do.</summary>
    /// <param name="name">How messages call what is read.</param>
    /// <param name="read">Reads it.</param>
    /// <exception cref="BadInputException">It cannot be read.</exception>
    public static T Explain<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Error(name, "there is no such file. Check the path", e);
        }
        catch (EndOfStreamException e)
        {
            throw Error(name, "it was truncated while being read. Try again when nothing is writing to it", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Error(name, "no permission to read it. Change its permissions", e);
        }
        catch (IOException e)
        {
            throw Error(name, $"{IoReason.Of(e)}. Check the disk and the path", e);
        }
    }

    private static BadInputException Error(string path, string reason, Exception? cause = null) =>
        new($"{path}: cannot be read: {reason}.", cause);
}
