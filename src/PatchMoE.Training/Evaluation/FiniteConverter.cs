using System.Text.Json;
using System.Text.Json.Serialization;

namespace PatchMoE.Training.Evaluation;

/// <summary>A number that is finite: 1e309 is a number of JSON, but is read as infinity, which could not be written again.</summary>
internal sealed class FiniteConverter : JsonConverter<double>
{
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Finite(ref reader);

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options) => writer.WriteNumberValue(value);

    /// <summary>Reads a number.</summary>
    /// <exception cref="JsonException">It is none, or is too large.</exception>
    public static double Finite(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out double value) && double.IsFinite(value) ? value : throw new JsonException();
}
