using System.Text;
using System.Text.Json;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Training.Runs;

/// <summary>The results of one epoch; a line of <c>metrics.jsonl</c>.</summary>
/// <param name="Phase">The phase the epoch belongs to.</param>
/// <param name="Epoch">From 1 in each phase.</param>
/// <param name="LearningRate">The learning rate of the epoch's last update.</param>
/// <param name="TrainLoss">The mean over the epoch's samples, each with the weights before its update.</param>
/// <param name="TestLoss">The mean loss over the test data after the epoch; null if it was not tested (see <see cref="TrainerOptions.TestEvery"/>).</param>
/// <param name="TestAccuracy">The share of test samples whose class is predicted correctly, 0…1; null if not tested, and while the routers learn alone.</param>
/// <param name="RouterHitRate">See <see cref="EvaluationResult"/>; null if not tested or not defined.</param>
/// <param name="SamplesPerSecond">Training samples per second, excluding the evaluation.</param>
public sealed record EpochMetrics(
    TrainingPhase Phase,
    int Epoch,
    double LearningRate,
    double TrainLoss,
    double? TestLoss,
    double? TestAccuracy,
    double? RouterHitRate,
    double SamplesPerSecond)
{
    /// <summary>The peak memory of the process so far, in bytes, data included; null if unknown.</summary>
    public long? PeakMemory { get; init; }

    /// <summary>One JSON object on one line, without a line end; numbers round-trip to the same bits, absent values are left out.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("phase", PhaseName(Phase));
            writer.WriteNumber("epoch", Epoch);
            writer.WriteNumber("learningRate", LearningRate);
            writer.WriteNumber("trainLoss", TrainLoss);
            if (TestLoss is { } testLoss)
            {
                writer.WriteNumber("testLoss", testLoss);
            }

            if (TestAccuracy is { } accuracy)
            {
                writer.WriteNumber("testAccuracy", accuracy);
            }

            if (RouterHitRate is { } hitRate)
            {
                writer.WriteNumber("routerHitRate", hitRate);
            }

            writer.WriteNumber("samplesPerSecond", SamplesPerSecond);
            if (PeakMemory is { } memory)
            {
                writer.WriteNumber("peakMemory", memory);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Parses the text written by <see cref="ToJson"/>.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static EpochMetrics FromJson(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            double? Optional(string name) => root.TryGetProperty(name, out JsonElement value) ? value.GetDouble() : null;
            return new EpochMetrics(
                Enum.Parse<TrainingPhase>(root.GetProperty("phase").GetString()!, ignoreCase: true),
                root.GetProperty("epoch").GetInt32(),
                root.GetProperty("learningRate").GetDouble(),
                root.GetProperty("trainLoss").GetDouble(),
                Optional("testLoss"),
                Optional("testAccuracy"),
                Optional("routerHitRate"),
                root.GetProperty("samplesPerSecond").GetDouble())
            {
                PeakMemory = root.TryGetProperty("peakMemory", out JsonElement memory) ? memory.GetInt64() : null,
            };
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"'{json}' is not a line of metrics.", exception);
        }
    }

    /// <summary>The phase as written in files: <c>routers</c>, <c>experts</c> or <c>all</c>.</summary>
    internal static string PhaseName(TrainingPhase phase) => phase.ToString().ToLowerInvariant();
}
