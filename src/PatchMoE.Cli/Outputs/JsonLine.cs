using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Outputs;

/// <summary>A result as one JSON object on one line; numbers round-trip to the same bits.</summary>
internal static class JsonLine
{
    // Paths stay readable; the line is not part of a web page.
    private static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The object that <paramref name="write"/> fills.</summary>
    public static string Of(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, s_options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Writes <c>testAccuracy</c>, <c>testLoss</c> and, if defined, <c>routerHitRate</c>.</summary>
    public static void WriteEvaluation(this Utf8JsonWriter writer, EvaluationResult result)
    {
        writer.WriteNumber("testAccuracy", result.Accuracy);
        writer.WriteNumber("testLoss", result.Loss);
        if (result.RouterHitRate is { } hitRate)
        {
            writer.WriteNumber("routerHitRate", hitRate);
        }
    }
}
