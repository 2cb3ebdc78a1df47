using System.Text.Json;
using System.Text.Json.Serialization;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Training.Runs;

/// <summary>How metrics are written as JSON. The code for it is generated at compile time, without reflection, so that applications can be trimmed.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(PhaseConverter), typeof(FiniteConverter)])]
[JsonSerializable(typeof(EpochMetrics))]
internal sealed partial class MetricsJson : JsonSerializerContext
{
    /// <summary>A phase as the word in files.</summary>
    internal sealed class PhaseConverter() : JsonStringEnumConverter<TrainingPhase>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);
}
