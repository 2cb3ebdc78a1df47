using System.Text.Json;
using System.Text.RegularExpressions;

namespace PatchMoE.Tests;

/// <summary>As much of JSON Schema as specs/pmoe.schema.json uses; an unknown keyword is an error, so that nothing is passed over.</summary>
internal sealed class JsonSchema(JsonElement root)
{
    public JsonElement Root => root;

    public static JsonSchema Load()
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(Path.Combine(Repository.Root, "specs", "pmoe.schema.json")));
        return new JsonSchema(document.RootElement.Clone());
    }

    public JsonElement Definition(string name) => root.GetProperty("$defs").GetProperty(name);

    /// <summary>What in a text does not fit.</summary>
    public IReadOnlyList<string> Mistakes(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return [.. Check(root, document.RootElement, "")];
    }

    private IEnumerable<string> Check(JsonElement schema, JsonElement value, string path) =>
        schema.EnumerateObject().SelectMany(keyword => Check(schema, keyword, value, path));

    private IEnumerable<string> Check(JsonElement schema, JsonProperty keyword, JsonElement value, string path)
    {
        JsonElement rule = keyword.Value;
        switch (keyword.Name)
        {
            case "$schema" or "$defs" or "title" or "description" or "default":
                return [];
            case "$ref":
                return Check(Definition(rule.GetString()!["#/$defs/".Length..]), value, path);
            case "type":
                return Fits(IsOfType(value, rule.GetString()!), $"is not of type {rule}");
            case "const":
                return Fits(JsonElement.DeepEquals(value, rule), $"is not {rule}");
            case "enum":
                return Fits(rule.EnumerateArray().Any(word => JsonElement.DeepEquals(word, value)), $"is none of {rule}");
            case "oneOf":
                string[][] tries = [.. rule.EnumerateArray().Select(one => Check(one, value, path).ToArray())];
                return tries.Count(mistakes => mistakes.Length == 0) == 1 ? [] : [$"{path} does not fit exactly one of {rule}", .. tries.SelectMany(one => one)];
            case "not":
                return Fits(Check(rule, value, path).Any(), $"fits {rule}");
            case "required":
                return rule.EnumerateArray().Where(name => !value.TryGetProperty(name.GetString()!, out _)).Select(name => $"{path} lacks {name}");
            case "properties":
                return value.EnumerateObject().SelectMany(field => rule.TryGetProperty(field.Name, out JsonElement one) ? Check(one, field.Value, $"{path}.{field.Name}") : []);
            case "additionalProperties":
                Assert.That(rule.GetBoolean(), Is.False);
                return value.EnumerateObject().Where(field => !schema.GetProperty("properties").TryGetProperty(field.Name, out _)).Select(field => $"{path} has {field.Name}");
            case "items":
                return value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().SelectMany((item, i) => Check(rule, item, $"{path}[{i}]")) : [];
            case "minItems":
                return Fits(value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= rule.GetInt32(), "is too short");
            case "maxItems":
                return Fits(value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= rule.GetInt32(), "is too long");
            case "minimum":
                return Fits(!IsNumber(value) || value.GetDouble() >= rule.GetDouble(), "is too small");
            case "maximum":
                return Fits(!IsNumber(value) || value.GetDouble() <= rule.GetDouble(), "is too large");
            case "exclusiveMinimum":
                return Fits(!IsNumber(value) || value.GetDouble() > rule.GetDouble(), "is too small");
            case "exclusiveMaximum":
                return Fits(!IsNumber(value) || value.GetDouble() < rule.GetDouble(), "is too large");
            case "multipleOf":
                return Fits(!IsNumber(value) || value.GetDouble() % rule.GetDouble() == 0, $"is not a multiple of {rule}");
            case "pattern":
                return Fits(Regex.IsMatch(value.GetString()!, rule.GetString()!), $"does not match {rule}");
            case "minLength":
                return Fits(value.GetString()!.Length >= rule.GetInt32(), "is too short");
            default:
                throw new NotSupportedException(keyword.Name);
        }

        IEnumerable<string> Fits(bool fits, string mistake) => fits ? [] : [$"{path} {mistake}"];
    }

    private static bool IsNumber(JsonElement value) => value.ValueKind == JsonValueKind.Number;

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "number" => IsNumber(value),
        "integer" => IsNumber(value) && Math.Floor(value.GetDouble()) == value.GetDouble(),
        _ => throw new NotSupportedException(type),
    };
}
