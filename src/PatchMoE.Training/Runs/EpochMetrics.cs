using System.Text.Json;
using System.Text.Json.Serialization;
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
    [property: JsonRequired] TrainingPhase Phase,
    [property: JsonRequired] int Epoch,
    [property: JsonRequired] double LearningRate,
    [property: JsonRequired] double TrainLoss,
    double? TestLoss,
    double? TestAccuracy,
    double? RouterHitRate,
    [property: JsonRequired] double SamplesPerSecond)
{
    /// <summary>The mean loss over the held-out samples after the epoch, class weights included; null if none are held out, and while the routers learn alone.</summary>
    public double? ValidationLoss { get; init; }

    /// <summary>The share of held-out samples whose class is predicted correctly, 0…1; null as for <see cref="ValidationLoss"/>.</summary>
    public double? ValidationAccuracy { get; init; }

    /// <summary>How the experts were used after the epoch, on held-out samples or, if there are none, on test samples; null if not measured.</summary>
    public ExpertUse? Experts { get; init; }

    /// <summary>The peak memory of the process so far, in bytes, data included; null if unknown.</summary>
    public long? PeakMemory { get; init; }

    /// <summary>One JSON object on one line, without a line end; numbers round-trip to the same bits, absent values are left out.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, MetricsJson.Default.EpochMetrics);

    /// <summary>Parses the text written by <see cref="ToJson"/>.</summary>
    /// <exception cref="FormatException">The text is something else.</exception>
    public static EpochMetrics FromJson(string json)
    {
        try
        {
            return JsonSerializer.Deserialize(json, MetricsJson.Default.EpochMetrics) ?? throw new JsonException();
        }
        catch (JsonException exception)
        {
            throw new FormatException($"'{json}' is not a line of metrics.", exception);
        }
    }

    /// <summary>The phase as written in files: <c>routers</c>, <c>experts</c> or <c>all</c>.</summary>
    internal static string PhaseName(TrainingPhase phase) => phase.ToString().ToLowerInvariant();
}
