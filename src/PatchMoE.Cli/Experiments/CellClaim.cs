namespace PatchMoE.Cli.Experiments;

/// <summary>
/// A lock on a file. The operating system releases it when the process ends, however it ends, so nothing is left of a process that was killed but an empty file.
/// </summary>
internal sealed class CellClaim : IDisposable
{
    private readonly FileStream _lock;
    private bool _isFinished;

    private CellClaim(FileStream hold) => _lock = hold;

    /// <summary>Locks a file, creating it if needed; null if it is locked.</summary>
    public static CellClaim? TryTake(string path)
    {
        try
        {
            return new CellClaim(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (IOException failure) when (failure is not (DirectoryNotFoundException or FileNotFoundException or PathTooLongException))
        {
            return null;
        }
    }

    /// <summary>The result is written: the file is of no use any more.</summary>
    public void Finish() => _isFinished = true;

    /// <summary>Ends the claim. The file is removed only if there is a result, which every later claimant finds; otherwise two could hold a lock of the same name.</summary>
    public void Dispose()
    {
        if (_isFinished)
        {
            try
            {
                File.Delete(_lock.Name);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                // An empty file more.
            }
        }

        _lock.Dispose();
    }
}
