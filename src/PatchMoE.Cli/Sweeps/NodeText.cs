using System.Text.Encodings.Web;
using System.Text.Json;

namespace PatchMoE.Cli.Sweeps;

/// <summary>A value of a sweep as text.</summary>
internal static class NodeText
{
    private static readonly JsonSerializerOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>As JSON on one line, its numbers as written.</summary>
    public static string Json(SpecNode node) => node switch
    {
        SpecObject fields => $"{{{string.Join(',', fields.Fields.Select(field => $"{Quoted(field.Name)}:{Json(field.Value)}"))}}}",
        SpecArray array => $"[{string.Join(',', array.Items.Select(Json))}]",
        SpecString text => Quoted(text.Value),
        SpecNumber number => number.Text,
        SpecBoolean boolean => boolean.Value ? "true" : "false",
        _ => "null",
    };

    /// <summary>As a table shows it: a string without quotes, nothing for an absent value.</summary>
    public static string Plain(SpecNode? node) => node switch
    {
        null => "",
        SpecString text => text.Value,
        _ => Json(node),
    };

    private static string Quoted(string text) => JsonSerializer.Serialize(text, s_options);
}
