namespace PatchMoE.Tests;

/// <summary>A reader of files that come from users, with what it must keep to whatever a file holds.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Times">The bytes of memory that it may take for each byte of the file, besides <see cref="Allowance"/>.</param>
/// <param name="Files">Small files that it reads.</param>
/// <param name="Read">Reads a file.</param>
internal sealed record FileReader(string Name, long Times, IReadOnlyList<byte[]> Files, Action<byte[]> Read)
{
    /// <summary>What a reader may take besides a multiple of its input: buffers and the like.</summary>
    public const long Allowance = 16 << 20;

    /// <summary>Reads a file, which must lead to a result or to the documented exception.</summary>
    /// <param name="file">The file.</param>
    /// <returns>Whether it was refused.</returns>
    /// <exception cref="InvalidOperationException">Reading took more memory than the file's size allows.</exception>
    public bool Refuses(byte[] file)
    {
        bool isRefused = false;
        long before = GC.GetAllocatedBytesForCurrentThread();
        try
        {
            Read(file);
        }
        catch (BadInputException)
        {
            isRefused = true;
        }

        long taken = GC.GetAllocatedBytesForCurrentThread() - before;
        return taken < Allowance + (Times * file.Length)
            ? isRefused
            : throw new InvalidOperationException($"{Name}: reading {file.Length} bytes took {taken} bytes of memory.");
    }
}
