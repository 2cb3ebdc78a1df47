using System.Text;
using System.Text.Json;

namespace PatchMoE.Formats;

/// <summary>The position of a tensor in a safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type, as the format names it.</param>
/// <param name="Shape">The axis sizes.</param>
/// <param name="Length">The number of values.</param>
/// <param name="Begin">The offset of the first byte, counted from the end of the header.</param>
/// <param name="End">The offset just past the last byte.</param>
internal sealed record SafetensorsEntry(string Name, string Type, int[] Shape, int Length, long Begin, long End);

/// <summary>
/// The JSON header of a safetensors file: <c>{"name": {"dtype": "F32", "shape": [3, 4], "data_offsets": [0, 48]}, …, "__metadata__": {…}}</c>.
/// Nothing in it is trusted. Read is what the format and its reference implementation allow, which passes over white space and unknown fields; a name must not
/// appear twice.
/// </summary>
/// <param name="Entries">The tensors in the order of the header.</param>
/// <param name="Metadata">The entries of <c>__metadata__</c>.</param>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    /// <summary>The field that holds text entries instead of a tensor.</summary>
    public const string MetadataName = "__metadata__";

    /// <summary>Reads a header.</summary>
    /// <param name="bytes">The header's bytes, padding included.</param>
    /// <param name="dataLength">The number of bytes that follow it.</param>
    /// <exception cref="FormatException">It breaks a rule of the format.</exception>
    public static SafetensorsHeader Parse(byte[] bytes, long dataLength)
    {
        using JsonDocument document = ParseJson(bytes);
        var entries = new List<SafetensorsEntry>();
        var metadata = new Dictionary<string, string>();
        var names = new HashSet<string>();
        foreach (JsonProperty property in document.RootElement.EnumerateObject())
        {
            string name = Text(() => property.Name);
            if (!names.Add(name))
            {
                throw new FormatException($"its header has '{name}' twice. Give each tensor its own name");
            }

            if (name == MetadataName)
            {
                ReadMetadata(property.Value, metadata);
            }
            else
            {
                entries.Add(ReadEntry(name, property.Value));
            }
        }

        RequireNoGaps(entries, dataLength);
        return new SafetensorsHeader(entries, metadata);
    }

    private static JsonDocument ParseJson(byte[] bytes)
    {
        if (!bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("{"u8))
        {
            throw new FormatException("its header does not begin with '{', so it is not a safetensors file. Save the weights with safetensors");
        }

        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(bytes);
            return JsonDocument.Parse(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("its header is not valid UTF-8. Save or copy it again", e);
        }
        catch (JsonException e)
        {
            throw new FormatException($"its header is not valid JSON: {e.Message.TrimEnd('.')}. Save or copy it again", e);
        }
    }

    private static SafetensorsEntry ReadEntry(string name, JsonElement element)
    {
        (string? dtype, int[]? shape, (long Begin, long End)? offsets) = (null, null, null);
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Error(name, "is not an object with dtype, shape and data_offsets");
        }

        foreach (JsonProperty field in element.EnumerateObject())
        {
            switch (Text(() => field.Name))
            {
                case "dtype" when dtype is null && field.Value.ValueKind == JsonValueKind.String:
                    dtype = Text(() => field.Value.GetString()!);
                    break;
                case "shape" when shape is null && field.Value.ValueKind == JsonValueKind.Array:
                    shape = [.. field.Value.EnumerateArray().Select(size => Size(name, size))];
                    break;
                case "data_offsets" when offsets is null && field.Value.ValueKind == JsonValueKind.Array:
                    offsets = Offsets(name, field.Value);
                    break;
                case "dtype" or "shape" or "data_offsets":
                    throw Error(name, $"has a field '{field.Name}' that appears twice or has the wrong type");
            }
        }

        string type = dtype ?? throw Error(name, "has no dtype");
        (long begin, long end) = offsets ?? throw Error(name, "has no data_offsets");
        int length = ShapeText.Length(shape ?? throw Error(name, "has no shape"))
            ?? throw Error(name, $"has the shape {ShapeText.Of(shape)}, more values than an array can hold");
        long bits = (long)length * (SafetensorsTypes.BitsOf(type) ?? throw Error(name, $"has the dtype '{type}', which the format does not have"));
        return bits % 8 == 0 && end - begin == bits / 8
            ? new SafetensorsEntry(name, type, shape, length, begin, end)
            : throw Error(name, $"has {end - begin} bytes, but its shape {ShapeText.Of(shape)} of {type} needs {(bits + 7) / 8}");
    }

    private static int Size(string name, JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int size) && size >= 0
            ? size
            : throw Error(name, $"has the size {element.GetRawText()} in its shape, which is not a whole number from 0 to {int.MaxValue}");

    private static (long Begin, long End) Offsets(string name, JsonElement element)
    {
        long[] offsets = [.. element.EnumerateArray().Select(offset =>
            offset.ValueKind == JsonValueKind.Number && offset.TryGetInt64(out long value) ? value : -1)];
        return offsets is [>= 0, >= 0] && offsets[0] <= offsets[1]
            ? (offsets[0], offsets[1])
            : throw Error(name, $"has the data_offsets {element.GetRawText()}, which are not two whole numbers 0 ≤ begin ≤ end");
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return;
        }

        if (element.ValueKind != JsonValueKind.Object || element.EnumerateObject().Any(field => field.Value.ValueKind != JsonValueKind.String))
        {
            throw new FormatException($"its {MetadataName} is not an object of strings. Save the weights again");
        }

        foreach (JsonProperty field in element.EnumerateObject())
        {
            if (!metadata.TryAdd(Text(() => field.Name), Text(() => field.Value.GetString()!)))
            {
                throw new FormatException($"its {MetadataName} has '{field.Name}' twice. Save the weights again");
            }
        }
    }

    /// <summary>The tensors must cover the data: each starts where the one before it ends.</summary>
    private static void RequireNoGaps(List<SafetensorsEntry> entries, long dataLength)
    {
        long position = 0;
        foreach (SafetensorsEntry entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.End > dataLength)
            {
                throw new FormatException($"the tensor '{entry.Name}' ends at byte {entry.End} of the data, but there are only {dataLength}. Save or copy it again");
            }

            if (entry.Begin != position)
            {
                string rule = entry.Begin < position ? "overlaps another" : $"leaves a gap of {entry.Begin - position} bytes before it";
                throw Error(entry.Name, $"begins at byte {entry.Begin} of the data and {rule}");
            }

            position = entry.End;
        }

        if (position != dataLength)
        {
            throw new FormatException($"{dataLength - position} bytes follow its last tensor. Save or copy it again");
        }
    }

    /// <summary>A string of the JSON; an escape such as <c>\ud800</c> alone is valid JSON but not valid text.</summary>
    private static string Text(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (InvalidOperationException e)
        {
            throw new FormatException("its header has a string that is not valid Unicode. Save the weights again", e);
        }
    }

    private static FormatException Error(string name, string rule) => new($"the tensor '{name}' {rule}. Save or copy it again");
}
