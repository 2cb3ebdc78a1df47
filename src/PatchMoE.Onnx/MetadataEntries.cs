using System.Text.Encodings.Web;
using System.Text.Json;
using Onnx;

namespace PatchMoE.Onnx;

/// <summary>The text entries of an exported model.</summary>
internal static class MetadataEntries
{
    // Names stay readable; the text is not part of a web page.
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The entries for a spec and its metadata.</summary>
    /// <param name="spec">The spec.</param>
    /// <param name="metadata">Class names and normalisation.</param>
    /// <param name="inGraph">Whether the graph normalises its input.</param>
    public static IEnumerable<StringStringEntryProto> Of(PatchMoESpec spec, ModelMetadata metadata, bool inGraph)
    {
        yield return Entry("spec", SpecWriter.ModelToJson(spec));
        if (metadata.Classes.Count > 0)
        {
            yield return Entry("classes", JsonSerializer.Serialize(metadata.Classes, s_json));
        }

        if (metadata.Normalization is { } normalization)
        {
            yield return Entry("normalization", JsonSerializer.Serialize(new { mean = normalization.Mean, deviation = normalization.Deviation, inGraph }, s_json));
        }
    }

    private static StringStringEntryProto Entry(string key, string value) => new() { Key = key, Value = value };
}
