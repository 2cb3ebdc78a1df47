using System.Globalization;

namespace PatchMoE.Tests;

/// <summary>
/// Damage that knows what files look like: numbers in text become telling ones, words are swapped, pieces of two files are joined, and lengths in binary headers
/// become huge. The seed and the number of a mutation alone decide what it is.
/// </summary>
internal sealed class Mutations(IReadOnlyList<byte[]> files, int seed)
{
    /// <summary>One mutation of so many repeats a piece.</summary>
    private const int DeepEvery = 250;

    private const int DeepTimes = 20_000;

    private static readonly string[] s_numbers =
        ["0", "-1", "1", "1e309", "-1e309", "1e-400", "NaN", "0.5", "2147483647", "2147483648", "-2147483648", "4294967296", "9223372036854775807", "99999999999999999999", "007"];

    private static readonly uint[] s_words = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    /// <summary>A file with one to four changes.</summary>
    public byte[] Make(int number)
    {
        var random = new Random(HashOf(seed, number));
        byte[] file = [.. files[random.Next(files.Count)]];
        if (number % DeepEvery == DeepEvery - 1)
        {
            return Deep(file, random);
        }

        for (int edits = random.Next(1, 5); edits > 0 && file.Length > 0; edits--)
        {
            file = Change(file, random);
        }

        return file;
    }

    private static int HashOf(int seed, int number) => unchecked((seed * 1_000_003) ^ (number * 7919));

    /// <summary>Repeats a short piece so often that whoever calls itself for each of them runs out of stack, and whoever looks back at all of them out of time.</summary>
    private static byte[] Deep(byte[] file, Random random)
    {
        int at = random.Next(file.Length + 1);
        int length = Math.Min(random.Next(1, 16), file.Length - at);
        return [.. file.AsSpan(0, at), .. Enumerable.Repeat(file[at..(at + length)], random.Next(DeepTimes)).SelectMany(piece => piece), .. file.AsSpan(at)];
    }

    private byte[] Change(byte[] file, Random random)
    {
        int at = random.Next(file.Length);
        int length = Math.Min(random.Next(1, random.Next(2, 64)), file.Length - at);
        switch (random.Next(9))
        {
            case 0:
                file[at] ^= (byte)(1 << random.Next(8));
                return file;
            case 1:
                file[at] = (byte)random.Next(256);
                return file;
            case 2:
                return Number(file, at, random);
            case 3:
                return Word(file, at, random);
            case 4:
                return [.. file.AsSpan(0, at), .. file.AsSpan(at + length)];
            case 5:
                return [.. file.AsSpan(0, at + length), .. file.AsSpan(at)];
            case 6:
                return file[..at];
            case 7:
                byte[] other = files[random.Next(files.Count)];
                return [.. file.AsSpan(0, at), .. other.AsSpan(random.Next(other.Length))];
            default:
                int from = random.Next(file.Length - length + 1);
                byte[] piece = file[from..(from + length)];
                return [.. file.AsSpan(0, at), .. piece, .. file.AsSpan(at)];
        }
    }

    /// <summary>Replaces the next number that is written in digits.</summary>
    private static byte[] Number(byte[] file, int at, Random random)
    {
        int start = Array.FindIndex(file, at, IsDigit);
        if (start < 0)
        {
            return file;
        }

        int end = Array.FindIndex(file, start, value => !IsDigit(value));
        end = end < 0 ? file.Length : end;
        string number = random.Next(3) > 0 ? s_numbers[random.Next(s_numbers.Length)] : random.Next(100_000).ToString(CultureInfo.InvariantCulture);
        return [.. file.AsSpan(0, start), .. System.Text.Encoding.ASCII.GetBytes(number), .. file.AsSpan(end)];

        static bool IsDigit(byte value) => value is >= (byte)'0' and <= (byte)'9' or (byte)'.' or (byte)'-';
    }

    /// <summary>Writes a telling number of one to four bytes, in either order.</summary>
    private static byte[] Word(byte[] file, int at, Random random)
    {
        uint word = s_words[random.Next(s_words.Length)];
        byte[] bytes = BitConverter.GetBytes(random.Next(2) == 0 ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        bytes.AsSpan(0, Math.Min(random.Next(1, 5), file.Length - at)).CopyTo(file.AsSpan(at));
        return file;
    }
}
