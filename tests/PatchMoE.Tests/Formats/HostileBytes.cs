namespace PatchMoE.Tests;

/// <summary>Ways to damage a file. A reader must respond to each with a result or a <see cref="BadInputException"/>.</summary>
internal static class HostileBytes
{
    /// <summary>Every proper prefix of the file.</summary>
    public static IEnumerable<byte[]> Truncations(byte[] file) => Enumerable.Range(0, file.Length).Select(length => file[..length]);

    /// <summary>Each of the first bytes replaced by each of some telling values.</summary>
    public static IEnumerable<byte[]> Flips(byte[] file, int first)
    {
        for (int i = 0; i < first; i++)
        {
            foreach (int mask in (int[])[0x01, 0x04, 0x10, 0x20, 0x80, 0xFF])
            {
                byte[] copy = [.. file];
                copy[i] = (byte)(copy[i] ^ mask);
                yield return copy;
            }
        }
    }

    /// <summary>Seeded random damage: bytes overwritten, inserted, removed and repeated.</summary>
    public static IEnumerable<byte[]> Damages(byte[] file, int count)
    {
        var random = new Random(20230604);
        for (int i = 0; i < count; i++)
        {
            List<byte> copy = [.. file];
            for (int edits = random.Next(1, 5); edits > 0 && copy.Count > 0; edits--)
            {
                int at = random.Next(copy.Count);
                switch (random.Next(4))
                {
                    case 0:
                        copy[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        copy.Insert(at, (byte)random.Next(256));
                        break;
                    case 2:
                        copy.RemoveRange(at, Math.Min(random.Next(1, 9), copy.Count - at));
                        break;
                    default:
                        copy.InsertRange(at, copy.GetRange(at, Math.Min(random.Next(1, 9), copy.Count - at)));
                        break;
                }
            }

            yield return [.. copy];
        }
    }

    /// <summary>The number of files that were rejected; any exception but <see cref="BadInputException"/> fails the test.</summary>
    public static int Refused(IEnumerable<byte[]> files, Action<byte[]> read)
    {
        int refused = 0;
        foreach (byte[] file in files)
        {
            try
            {
                read(file);
            }
            catch (BadInputException e)
            {
                Assert.That(e.Message, Does.StartWith("file: ").And.EndsWith("."));
                refused++;
            }
        }

        return refused;
    }
}
