using System.Text.Json.Nodes;

namespace PatchMoE.Cli.Pruning;

/// <summary>A trained network and what is left of it, the result of a <see cref="PruneCell"/>.</summary>
/// <param name="Accuracy">The test accuracy of the whole network.</param>
/// <param name="TunedAccuracy">The same after as many more epochs as the pruned networks get: what more training alone gains.</param>
/// <param name="RouterMoves">See <see cref="ExpertPruning.RouterMoves"/>.</param>
/// <param name="NormChanges">See <see cref="ExpertPruning.NormChanges"/>.</param>
/// <param name="Removals">The pruned networks.</param>
internal sealed record PruneResult(
    double Accuracy, double TunedAccuracy, IReadOnlyList<double> RouterMoves, IReadOnlyList<double> NormChanges, IReadOnlyList<Removal> Removals)
{
    public JsonObject ToJson() => new()
    {
        ["accuracy"] = Accuracy,
        ["tunedAccuracy"] = TunedAccuracy,
        ["routerMoves"] = ToArray(RouterMoves),
        ["normChanges"] = ToArray(NormChanges),
        ["removals"] = new JsonArray([.. Removals.Select(removal => (JsonNode)removal.ToJson())]),
    };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static PruneResult Of(JsonObject json) => new(
        (double)json["accuracy"]!,
        (double)json["tunedAccuracy"]!,
        [.. json["routerMoves"]!.AsArray().Select(move => (double)move!)],
        [.. json["normChanges"]!.AsArray().Select(change => (double)change!)],
        [.. json["removals"]!.AsArray().Select(removal => Removal.Of(removal!))]);

    private static JsonArray ToArray(IReadOnlyList<double> values) => new([.. values.Select(value => (JsonNode)value)]);
}
