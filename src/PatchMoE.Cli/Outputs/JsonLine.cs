using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PatchMoE.Cli.Outputs;

/// <summary>A result as one JSON object on one line; numbers round-trip to the same bits, absent values are left out.</summary>
internal static class JsonLine
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        // Paths stay readable; the line is not part of a web page.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectRequiredConstructorParameters = true,
    };

    /// <summary>The object with the properties of <paramref name="result"/>.</summary>
    public static string Of(object result) => JsonSerializer.Serialize(result, s_options);

    /// <summary>Parses the text written by <see cref="Of"/>.</summary>
    /// <exception cref="JsonException">The text is something else.</exception>
    public static T Parse<T>(string line) => JsonSerializer.Deserialize<T>(line, s_options) ?? throw new JsonException();
}
