using System.Text.Json;
using Json.Schema;

namespace PatchMoE.Tests;

/// <summary>specs/pmoe.schema.json, and what in a text violates it.</summary>
internal static class SpecSchema
{
    private static readonly string s_text = File.ReadAllText(Path.Combine(Repository.Root, "specs", "pmoe.schema.json"));
    private static readonly JsonSchema s_schema = JsonSchema.FromText(s_text);
    private static readonly EvaluationOptions s_options = new() { OutputFormat = OutputFormat.List };

    public static JsonElement Root { get; } = JsonDocument.Parse(s_text).RootElement;

    public static JsonElement Definition(string name) => Root.GetProperty("$defs").GetProperty(name);

    /// <summary>What in a text violates the schema.</summary>
    public static IReadOnlyList<string> Mistakes(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        EvaluationResults results = s_schema.Evaluate(document.RootElement, s_options);
        return results.IsValid
            ? []
            : [.. (results.Details ?? []).SelectMany(detail => (detail.Errors ?? new Dictionary<string, string>()).Select(error => $"{detail.InstanceLocation} {error.Value}")), "The text does not fit the schema."];
    }
}
