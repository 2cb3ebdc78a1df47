using System.Text.Json;
using System.Text.Json.Serialization;

namespace PatchMoE.Training.Evaluation;

/// <summary>
/// How a network uses the experts of layer 0, measured on samples that it is not trained on. Every share is rounded to six decimals: it is for reading.
/// </summary>
/// <param name="Patches">[k], each expert's share of the patches taken, a patch counted for every expert that takes it; for sample routing of the samples.</param>
/// <param name="Gate">[k], each expert's share of the sum of all gate values; empty where layer 0 sees the map of a backbone.</param>
/// <param name="Entropy">
/// −Σ_s p_s·log p_s / log k of the gate shares (of the patch shares, if there are none): 1 if all experts are used alike, 0 if a single one is.
/// </param>
/// <param name="Covered">The share of the valid patches that at least one expert takes; 1 for sample routing.</param>
public sealed record ExpertUse(
    [property: JsonConverter(typeof(ExpertUse.SharesConverter))] EquatableArray<double> Patches,
    [property: JsonConverter(typeof(ExpertUse.SharesConverter))] EquatableArray<double> Gate,
    double Entropy,
    double Covered)
{
    /// <summary>The share of the valid patches' choices that were dropped, since the expert had taken as many as it may; null unless layer 0 has token choice.</summary>
    public double? Dropped { get; init; }

    /// <summary>An array of numbers in JSON.</summary>
    internal sealed class SharesConverter : JsonConverter<EquatableArray<double>>
    {
        public override EquatableArray<double> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                throw new JsonException();
            }

            var shares = new List<double>();
            while (reader.Read() && reader.TokenType == JsonTokenType.Number)
            {
                shares.Add(FiniteConverter.Finite(ref reader));
            }

            return reader.TokenType == JsonTokenType.EndArray ? shares.ToEquatableArray() : throw new JsonException();
        }

        public override void Write(Utf8JsonWriter writer, EquatableArray<double> value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            foreach (double share in value)
            {
                writer.WriteNumberValue(share);
            }

            writer.WriteEndArray();
        }
    }
}
