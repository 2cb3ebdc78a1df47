using System.Text.Encodings.Web;
using System.Text.Json;
using Onnx;

namespace PatchMoE.Onnx;

/// <summary>The text entries of an exported model.</summary>
internal static class MetadataEntries
{
    // Names stay readable; the text is not part of a web page.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The entries for a spec and options.</summary>
    public static IEnumerable<StringStringEntryProto> Of(PatchMoESpec spec, OnnxExportOptions options)
    {
        yield return Entry("spec", SpecWriter.ModelToJson(spec));
        if (options.Classes is { } classes)
        {
            yield return Entry("classes", JsonSerializer.Serialize(classes, s_json));
        }

        if (options is { Mean: { } mean, Deviation: { } deviation })
        {
            yield return Entry("normalization", JsonSerializer.Serialize(new { mean, deviation, inGraph = options.NormalizeInput }, s_json));
        }
    }

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
