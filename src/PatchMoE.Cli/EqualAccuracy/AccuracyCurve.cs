using System.Text.Json.Nodes;

namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>The accuracy of a network after every epoch, the result of an <see cref="AccuracyCell"/>.</summary>
/// <param name="Watched">On the mosaics by which one sees when a target is reached.</param>
/// <param name="Tested">On the others.</param>
internal sealed record AccuracyCurve(IReadOnlyList<double> Watched, IReadOnlyList<double> Tested)
{
    /// <summary>The first epoch, from 1, after which the watched accuracy is at least the target; null if there is none.</summary>
    public int? EpochsTo(double target)
    {
        for (int i = 0; i < Watched.Count; i++)
        {
            if (Watched[i] >= target)
            {
                return i + 1;
            }
        }

        return null;
    }

    public JsonObject ToJson() => new() { ["watched"] = ToArray(Watched), ["tested"] = ToArray(Tested) };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static AccuracyCurve Of(JsonObject json) => new(Values(json["watched"]!), Values(json["tested"]!));

    private static JsonArray ToArray(IReadOnlyList<double> values) => new([.. values.Select(value => (JsonNode)value)]);

    private static IReadOnlyList<double> Values(JsonNode json) => [.. json.AsArray().Select(value => (double)value!)];
}
