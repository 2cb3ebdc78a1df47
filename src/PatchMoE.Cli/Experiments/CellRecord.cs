using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PatchMoE.Cli.Experiments;

/// <summary>A finished cell, the contents of a file <c>cells/HASH.json</c>.</summary>
/// <param name="Title">See <see cref="ICell.Title"/>.</param>
/// <param name="Result">What the cell returned.</param>
/// <param name="Seconds">How long it took; no part of the result.</param>
internal sealed record CellRecord(string Title, JsonObject Result, double Seconds)
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One line of JSON with a checksum.</summary>
    public string ToJson()
    {
        string result = Result.ToJsonString(s_options);
        string seconds = Seconds.ToString("R", CultureInfo.InvariantCulture);
        return $$"""{"cell":{{JsonSerializer.Serialize(Title, s_options)}},"result":{{result}},"seconds":{{seconds}},"checksum":"{{Digest(result)}}"}""" + "\n";
    }

    /// <summary>Reads the text written by <see cref="ToJson"/>; null if it is damaged.</summary>
    public static CellRecord? TryParse(string text)
    {
        try
        {
            JsonNode? all = JsonNode.Parse(text);
            return all is JsonObject && all["result"] is JsonObject result && (string?)all["checksum"] == Digest(result.ToJsonString(s_options))
                ? new CellRecord((string)all["cell"]!, (JsonObject)result.DeepClone(), (double)all["seconds"]!)
                : null;
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of a text.</summary>
    public static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
}
