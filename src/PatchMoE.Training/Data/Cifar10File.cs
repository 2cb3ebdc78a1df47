using PatchMoE.Formats;

namespace PatchMoE.Training.Data;

/// <summary>
/// Reads the binary files of CIFAR-10 (Krizhevsky, 2009): per image one label byte, 0 to 9, then 3072 bytes, the red, green and blue planes of 32×32
/// pixels, row by row.
/// </summary>
internal static class Cifar10File
{
    /// <summary>The number of rows and of columns of an image.</summary>
    public const int Side = 32;

    /// <summary>The number of channels: red, green, blue.</summary>
    public const int Channels = 3;

    /// <summary>The number of classes.</summary>
    public const int Classes = 10;

    private const int Pixels = Side * Side;
    private const int ImageBytes = 1 + (Channels * Pixels);

    /// <summary>Reads a whole file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The images [N, 32, 32, 3], channels last, 0…255, and their labels [N].</returns>
    /// <exception cref="BadInputException">The file is missing or unreadable, is not a whole number of images, or has a label above 9.</exception>
    public static (byte[] Images, byte[] Labels) Read(string path)
    {
        byte[] bytes = InputFile.Read(path, stream => ReadAll(stream, path));
        int count = bytes.Length / ImageBytes;
        var images = new byte[count * Channels * Pixels];
        var labels = new byte[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = bytes.AsSpan(i * ImageBytes, ImageBytes);
            labels[i] = record[0] < Classes ? record[0] : throw new BadInputException(
                $"{path}: the label of image {i} is {record[0]}; the classes are 0 to {Classes - 1}. This is not a binary file of CIFAR-10, or it is damaged: download it again.");
            PlanesToPixels(record[1..], images.AsSpan(i * Channels * Pixels, Channels * Pixels));
        }

        return (images, labels);
    }

    private static byte[] ReadAll(Stream stream, string path)
    {
        if (stream.Length == 0 || stream.Length % ImageBytes != 0 || stream.Length > Array.MaxLength)
        {
            throw new BadInputException(
                $"{path}: {stream.Length} bytes are not a whole number of images of {ImageBytes} bytes. Give a file of CIFAR-10's binary version; if it is one, download it again.");
        }

        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>[3, 32, 32] to [32, 32, 3].</summary>
    private static void PlanesToPixels(ReadOnlySpan<byte> planes, Span<byte> image)
    {
        for (int channel = 0; channel < Channels; channel++)
        {
            for (int pixel = 0; pixel < Pixels; pixel++)
            {
                image[(pixel * Channels) + channel] = planes[(channel * Pixels) + pixel];
            }
        }
    }
}
