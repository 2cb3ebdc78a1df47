using System.Buffers.Binary;
using System.Text.Json;

namespace PatchMoE.Formats;

/// <summary>
/// safetensors files (huggingface/safetensors): the length of the header in 8 bytes, a JSON header, the values. Tensors are float32; F16 and BF16 are widened, F64
/// is rounded. Python's <c>safetensors</c> reads the files written here.
/// </summary>
internal static class SafetensorsFile
{
    // The format's own limit.
    private const long MaximumHeader = 100_000_000;

    /// <summary>Reads all tensors.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">
    /// The file cannot be read, breaks a rule of the format (offsets out of range, overlaps, gaps, duplicates, bytes left over …).
    /// </exception>
    public static SafetensorsContent Read(string path) => InputFile.Read(path, stream => Read(stream, path));

    /// <summary>Reads the text entries alone.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">As in <see cref="Read(string)"/>.</exception>
    public static IReadOnlyDictionary<string, string> ReadMetadata(string path) => InputFile.Read(path, stream =>
    {
        try
        {
            return ReadHeader(stream).Metadata;
        }
        catch (FormatException e)
        {
            throw new BadInputException($"{path}: {e.Message}.", e);
        }
    });

    /// <summary>Writes tensors in the order given.</summary>
    /// <param name="path">The file; it is replaced completely or not at all.</param>
    /// <param name="tensors">The tensors; their names must differ.</param>
    /// <param name="metadata">Text entries to store with them, or null.</param>
    /// <param name="previous">What a file at <paramref name="path"/> is renamed to once the new one is complete; null to replace it.</param>
    /// <exception cref="ArgumentException">Two tensors have the same name, or a shape does not fit its values.</exception>
    /// <exception cref="BadInputException">The file cannot be written.</exception>
    public static void Write(string path, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null, string? previous = null)
    {
        byte[] header = Header(tensors, metadata);
        AtomicFile.Write(path, stream => Write(stream, header, tensors), previous);
    }

    /// <summary>Reads from a seekable stream that holds nothing else; messages call it <paramref name="name"/>.</summary>
    internal static SafetensorsContent Read(Stream stream, string name)
    {
        try
        {
            SafetensorsHeader header = ReadHeader(stream);
            long data = stream.Position;
            var tensors = new List<NamedTensor>();
            foreach (SafetensorsEntry entry in header.Entries.Where(entry => SafetensorsTypes.IsWeight(entry.Type)))
            {
                var values = new float[entry.Length];
                stream.Position = data + entry.Begin;
                SafetensorsTypes.Read(stream, entry.Type, values);
                tensors.Add(new NamedTensor(entry.Name, entry.Shape, values));
            }

            return new SafetensorsContent(tensors, [.. header.Entries.Where(entry => !SafetensorsTypes.IsWeight(entry.Type))], header.Metadata);
        }
        catch (FormatException e)
        {
            throw new BadInputException($"{name}: {e.Message}.", e);
        }
    }

    internal static void Write(Stream stream, IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        Write(stream, Header(tensors, metadata), tensors);

    private static SafetensorsHeader ReadHeader(Stream stream)
    {
        Span<byte> start = stackalloc byte[sizeof(ulong)];
        if (stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length)
        {
            throw new FormatException($"it has {stream.Length} bytes; a safetensors file has at least 8. Save or copy it again");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        long rest = stream.Length - stream.Position;
        if (length > (ulong)rest)
        {
            throw new FormatException($"its header claims {length} bytes, but only {rest} are left. It is truncated, or not a safetensors file; save or copy it again");
        }

        if (length > MaximumHeader)
        {
            throw new FormatException($"its header takes {length} bytes; the format allows {MaximumHeader}. Save the weights again");
        }

        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return SafetensorsHeader.Parse(bytes, rest - (long)length);
    }

    private static void Write(Stream stream, byte[] header, IReadOnlyList<NamedTensor> tensors)
    {
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
        stream.Write(length);
        stream.Write(header);
        foreach (NamedTensor tensor in tensors)
        {
            LittleEndian.Write<float>(stream, tensor.Values);
        }
    }

    /// <summary>The JSON header, padded with spaces so that the values start at a multiple of 8 bytes.</summary>
    private static byte[] Header(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            WriteEntries(json, tensors);
            json.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' ');
        }

        return stream.ToArray();
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is null || metadata.Count == 0)
        {
            return;
        }

        json.WriteStartObject(SafetensorsHeader.MetadataName);
        foreach ((string key, string value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteEntries(Utf8JsonWriter json, IReadOnlyList<NamedTensor> tensors)
    {
        var names = new HashSet<string> { SafetensorsHeader.MetadataName };
        long offset = 0;
        foreach (NamedTensor tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"The name '{tensor.Name}' is taken: each tensor needs its own.", nameof(tensors));
            }

            if (tensor.Shape.Any(size => size < 0) || ShapeText.Length(tensor.Shape) != tensor.Values.Length)
            {
                throw new ArgumentException($"The shape {ShapeText.Of(tensor.Shape)} of '{tensor.Name}' does not hold {tensor.Values.Length} values.", nameof(tensors));
            }

            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (int size in tensor.Shape)
            {
                json.WriteNumberValue(size);
            }

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += tensor.Values.Length * (long)sizeof(float));
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
