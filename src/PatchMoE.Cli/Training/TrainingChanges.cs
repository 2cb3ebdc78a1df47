using System.Text.Json;

namespace PatchMoE.Cli.Training;

/// <summary>The values of a training section that differ when a run is resumed.</summary>
internal static class TrainingChanges
{
    private const string Absent = "absent";

    /// <summary>A line for each value, as the canonical JSON has it.</summary>
    /// <param name="before">What the run was trained with so far.</param>
    /// <param name="now">What it goes on with.</param>
    public static IEnumerable<string> Between(PatchMoESpec before, PatchMoESpec now)
    {
        Dictionary<string, string> old = Values(before);
        Dictionary<string, string> current = Values(now);
        return old.Keys.Union(current.Keys)
            .Where(path => old.GetValueOrDefault(path) != current.GetValueOrDefault(path))
            .Select(path => $"{path} was {old.GetValueOrDefault(path, Absent)} so far and is {current.GetValueOrDefault(path, Absent)} from here on");
    }

    private static Dictionary<string, string> Values(PatchMoESpec spec)
    {
        using JsonDocument document = JsonDocument.Parse(SpecWriter.ToJson(spec));
        var values = new Dictionary<string, string>();
        if (document.RootElement.TryGetProperty("training", out JsonElement training))
        {
            Add("training", training, values);
        }

        return values;
    }

    private static void Add(string path, JsonElement element, Dictionary<string, string> values)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            values[path] = element.GetRawText();
            return;
        }

        foreach (JsonProperty field in element.EnumerateObject())
        {
            Add($"{path}.{field.Name}", field.Value, values);
        }
    }
}
