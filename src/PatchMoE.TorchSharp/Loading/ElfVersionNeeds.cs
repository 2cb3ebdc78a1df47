using System.Buffers.Binary;

namespace PatchMoE.TorchSharp.Loading;

/// <summary>
/// The versions of other libraries' symbols that a shared library requires (section <c>.gnu.version_r</c>), in a 64-bit little-endian ELF file. The loader rejects a
/// library if one of these versions is missing, even if no code needs a symbol of that version, unless the requirement is marked weak.
/// </summary>
internal static class ElfVersionNeeds
{
    private const int DynamicSegment = 2;
    private const int LoadedSegment = 1;
    private const ushort Weak = 2;

    /// <summary>A copy of a library in which every version that no relocation refers to is marked weak.</summary>
    /// <param name="library">The bytes of the file.</param>
    /// <exception cref="BadImageFormatException">It is not a 64-bit little-endian ELF file, or it is damaged.</exception>
    public static byte[] WeakenUnused(byte[] library)
    {
        try
        {
            byte[] copy = [.. library];
            Dictionary<long, long> dynamic = Dynamic(copy);
            HashSet<int> used = UsedVersions(copy, dynamic);
            foreach (int need in Needs(copy, dynamic))
            {
                if (!used.Contains(UInt16(copy, need + 6)))
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(copy.AsSpan(need + 4), (ushort)(UInt16(copy, need + 4) | Weak));
                }
            }

            return copy;
        }
        catch (Exception failure) when (failure is ArgumentException or OverflowException)
        {
            throw new BadImageFormatException("The tables of the ELF file are damaged.", failure);
        }
    }

    /// <summary>The positions of the entries of required versions: hash (4 bytes), flags (2), number (2), name (4), offset to the next (4).</summary>
    private static IEnumerable<int> Needs(byte[] file, Dictionary<long, long> dynamic)
    {
        const long verneed = 0x6ffffffe;
        const long verneednum = 0x6fffffff;
        int library = dynamic.TryGetValue(verneed, out long address) ? Offset(file, address) : 0;
        for (long libraries = dynamic.GetValueOrDefault(verneednum); libraries > 0; libraries--)
        {
            int need = checked(library + Int32(file, library + 8));
            for (int count = UInt16(file, library + 2); count > 0; count--)
            {
                yield return need;
                need = checked(need + Int32(file, need + 12));
            }

            library = checked(library + Int32(file, library + 12));
        }
    }

    /// <summary>The version numbers of all symbols that relocations refer to.</summary>
    private static HashSet<int> UsedVersions(byte[] file, Dictionary<long, long> dynamic)
    {
        const long versym = 0x6ffffff0;
        const int entryBytes = 24;
        var used = new HashSet<int>();
        foreach ((long table, long size) in new[] { (7L, 8L), (0x17L, 2L) }) // RELA and RELASZ, JMPREL and PLTRELSZ
        {
            if (!dynamic.TryGetValue(table, out long address))
            {
                continue;
            }

            (int start, int versions) = (Offset(file, address), Offset(file, dynamic.GetValueOrDefault(versym)));
            for (int entry = start; entry < start + dynamic.GetValueOrDefault(size); entry += entryBytes)
            {
                // The symbol's number is the upper half of the second word; the highest bit of a version marks the symbol as hidden.
                used.Add(UInt16(file, checked(versions + (2 * Int32(file, entry + 12)))) & 0x7fff);
            }
        }

        return used;
    }

    /// <summary>The table that the loader reads: values by tag.</summary>
    private static Dictionary<long, long> Dynamic(byte[] file)
    {
        var values = new Dictionary<long, long>();
        foreach ((int type, long offset, _, long size) in Segments(file).Where(segment => segment.Type == DynamicSegment))
        {
            for (long entry = offset; entry < offset + size && Int64(file, entry) != 0; entry += 16)
            {
                values[Int64(file, entry)] = Int64(file, entry + 8);
            }
        }

        return values;
    }

    /// <summary>The file offset of the byte at an address.</summary>
    private static int Offset(byte[] file, long address)
    {
        (_, long offset, long start, _) = Segments(file).FirstOrDefault(segment => segment.Type == LoadedSegment && address >= segment.Address && address < segment.Address + segment.Size);
        return checked((int)(address - start + offset));
    }

    private static IEnumerable<(int Type, long Offset, long Address, long Size)> Segments(byte[] file)
    {
        if (file.Length < 64 || file is not [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, ..])
        {
            throw new BadImageFormatException("It is not a 64-bit little-endian ELF file.");
        }

        (long table, int bytes, int count) = (Int64(file, 32), UInt16(file, 54), UInt16(file, 56));
        for (int i = 0; i < count; i++)
        {
            long header = table + (i * bytes);
            yield return (Int32(file, header), Int64(file, header + 8), Int64(file, header + 16), Int64(file, header + 32));
        }
    }

    private static ushort UInt16(byte[] file, long offset) => BinaryPrimitives.ReadUInt16LittleEndian(file.AsSpan(checked((int)offset)));

    private static int Int32(byte[] file, long offset) => BinaryPrimitives.ReadInt32LittleEndian(file.AsSpan(checked((int)offset)));

    private static long Int64(byte[] file, long offset) => BinaryPrimitives.ReadInt64LittleEndian(file.AsSpan(checked((int)offset)));
}
