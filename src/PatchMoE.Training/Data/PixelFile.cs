using Microsoft.Win32.SafeHandles;

namespace PatchMoE.Training.Data;

/// <summary>
/// Decoded pictures in a file, one after another, so that a set which is larger than the memory can be read sample by sample. The system keeps in memory what fits.
/// Reading is safe from several threads at once.
/// </summary>
/// <param name="file">The open file.</param>
/// <param name="start">Where the first picture begins, in bytes.</param>
/// <param name="length">The number of bytes of a picture.</param>
internal sealed class PixelFile(SafeFileHandle file, long start, int length)
{
    /// <summary>The number of bytes of a picture.</summary>
    public int Length => length;

    /// <summary>Reads one picture.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="pixels">As long as a picture, written.</param>
    /// <exception cref="BadInputException">The file was truncated or cannot be read any more.</exception>
    public void Read(int index, Span<byte> pixels)
    {
        try
        {
            int read = 0;
            while (read < length)
            {
                int count = RandomAccess.Read(file, pixels[read..length], start + ((long)index * length) + read);
                read += count > 0 ? count : throw new EndOfStreamException();
            }
        }
        catch (IOException exception)
        {
            throw new BadInputException($"The decoded pictures cannot be read any more: {exception.Message} Start again, with the training's folder on a disk that stays connected.", exception);
        }
    }
}
