using System.Text.Json;
using PatchMoE.Cli.Outputs;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Reproductions;

/// <summary>The result of one training of a grid; a line of <c>cells.jsonl</c>.</summary>
/// <param name="Network">The network.</param>
/// <param name="Samples">The number of training samples.</param>
/// <param name="Seed">The seed.</param>
/// <param name="Hash">See <see cref="Cell.Hash"/>.</param>
/// <param name="Data">The folder that the images came from.</param>
/// <param name="Accuracy">The share of test samples whose class is predicted correctly, after the last epoch.</param>
/// <param name="RouterHitRate">See <see cref="EvaluationResult"/>; null if not defined.</param>
/// <param name="Seconds">The duration of the training.</param>
internal sealed record CellResult(string Network, int Samples, int Seed, string Hash, string Data, double Accuracy, double? RouterHitRate, double Seconds)
{
    public string ToJson() => JsonLine.Of(json =>
    {
        json.WriteString("network", Network);
        json.WriteNumber("samples", Samples);
        json.WriteNumber("seed", Seed);
        json.WriteString("hash", Hash);
        json.WriteString("data", Data);
        json.WriteNumber("testAccuracy", Accuracy);
        if (RouterHitRate is { } hitRate)
        {
            json.WriteNumber("routerHitRate", hitRate);
        }

        json.WriteNumber("seconds", Seconds);
    });

    /// <summary>Parses the text written by <see cref="ToJson"/>.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static CellResult FromJson(string line)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(line);
            JsonElement root = document.RootElement;
            return new CellResult(
                root.GetProperty("network").GetString()!,
                root.GetProperty("samples").GetInt32(),
                root.GetProperty("seed").GetInt32(),
                root.GetProperty("hash").GetString()!,
                root.GetProperty("data").GetString()!,
                root.GetProperty("testAccuracy").GetDouble(),
                root.TryGetProperty("routerHitRate", out JsonElement hitRate) ? hitRate.GetDouble() : null,
                root.GetProperty("seconds").GetDouble());
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new FormatException($"'{line}' is not the result of a training.", failure);
        }
    }
}
