namespace PatchMoE.Packages.Tests;

/// <summary>Pictures of 28 × 28 pixels, black, with an upright white stroke: a one.</summary>
internal static class Bitmap
{
    private const int Side = 28;
    private const int Header = 54;

    /// <summary>A picture as a file of Windows bitmaps.</summary>
    /// <param name="column">Where the stroke begins, 0 … 25.</param>
    /// <param name="row">Where it begins, 0 … 10.</param>
    public static byte[] One(int column = 13, int row = 5)
    {
        var bytes = new byte[Header + (Side * Side * 3)];
        using var writer = new BinaryWriter(new MemoryStream(bytes));
        writer.Write("BM"u8);
        foreach (int value in (int[])[bytes.Length, 0, Header, 40, Side, Side])
        {
            writer.Write(value);
        }

        writer.Write((short)1);
        writer.Write((short)24);
        for (int y = row; y < row + 18; y++)
        {
            bytes.AsSpan(Header + (((y * Side) + column) * 3), 9).Fill(255);
        }

        return bytes;
    }

    /// <summary>Writes pictures of two classes, strokes on the left and on the right, into a folder for each.</summary>
    public static void WriteClasses(string folder, string left, string right, int count)
    {
        for (int i = 0; i < count; i++)
        {
            foreach ((string name, int column) in new[] { (left, 2 + (i % 5)), (right, 18 + (i % 5)) })
            {
                Directory.CreateDirectory(Path.Combine(folder, name));
                File.WriteAllBytes(Path.Combine(folder, name, $"{i:000}.png"), One(column, i % 10));
            }
        }
    }
}
