namespace PatchMoE.Formats;

/// <summary>Opens a user's file and turns system errors into messages with a fix.</summary>
internal static class InputFile
{
    /// <summary>Opens <paramref name="path"/>, reads it with <paramref name="read"/> and closes it.</summary>
    /// <exception cref="BadInputException">The file is missing, unreadable or not a regular file, or <paramref name="read"/> rejects its contents.</exception>
    public static T Read<T>(string path, Func<Stream, T> read)
    {
        if (string.IsNullOrWhiteSpace(path) || path.Contains('\0'))
        {
            throw new BadInputException($"'{path.Replace('\0', '?')}' is not a file name. Give the path of the file to read.");
        }

        if (Directory.Exists(path))
        {
            throw Error(path, "it is a folder. Give the name of a file in it");
        }

        try
        {
            using FileStream stream = File.OpenRead(path);
            return stream.CanSeek ? read(stream) : throw Error(path, "it is a pipe or a device. Save its contents to a file first");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Error(path, "there is no such file. Check the path", e);
        }
        catch (EndOfStreamException e)
        {
            throw Error(path, "it was truncated while being read. Try again when nothing is writing to it", e);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Error(path, "no permission to read it. Change its permissions", e);
        }
        catch (IOException e)
        {
            throw Error(path, $"{IoReason.Of(e)}. Check the disk and the path", e);
        }
    }

    private static BadInputException Error(string path, string reason, Exception? cause = null) =>
        new($"{path}: cannot be read: {reason}.", cause);
}
