using System.Buffers;
using System.Globalization;
using System.Text;

namespace PatchMoE.Formats;

/// <summary>Characters of a file: UTF-8, or UTF-16 with a byte order mark.</summary>
internal static class Utf8Text
{
    /// <summary>Reads all of them; a wrong byte is an error, not a replacement character.</summary>
    /// <param name="path">The file's name, for messages.</param>
    /// <param name="stream">The file.</param>
    /// <param name="fix">What the user can do about a wrong byte.</param>
    /// <exception cref="BadInputException">It is not text in these encodings; the message names file and line.</exception>
    public static string Read(string path, Stream stream, string fix)
    {
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        ReadOnlySpan<byte> all = bytes.GetBuffer().AsSpan(0, (int)bytes.Length);
        foreach (Encoding utf16 in new[] { Encoding.Unicode, Encoding.BigEndianUnicode })
        {
            if (all.StartsWith(utf16.Preamble))
            {
                return utf16.GetString(all[utf16.Preamble.Length..]);
            }
        }

        ReadOnlySpan<byte> text = all.StartsWith(Encoding.UTF8.Preamble) ? all[Encoding.UTF8.Preamble.Length..] : all;
        int wrong = FirstInvalid(text);
        if (wrong < 0)
        {
            return Encoding.UTF8.GetString(text);
        }

        int line = text[..wrong].Count((byte)'\n') + 1;
        throw new BadInputException(string.Create(
            CultureInfo.InvariantCulture, $"{path}: line {line} is not UTF-8: the byte 0x{text[wrong]:X2} cannot stand there. {fix}"));
    }

    /// <summary>The index of the first byte that is not UTF-8; −1 if there is none.</summary>
    private static int FirstInvalid(ReadOnlySpan<byte> bytes)
    {
        for (int at = 0; at < bytes.Length;)
        {
            if (Rune.DecodeFromUtf8(bytes[at..], out _, out int length) != OperationStatus.Done)
            {
                return at;
            }

            at += length;
        }

        return -1;
    }
}
