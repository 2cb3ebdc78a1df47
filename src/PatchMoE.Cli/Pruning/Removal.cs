using System.Text.Json.Nodes;

namespace PatchMoE.Cli.Pruning;

/// <summary>The order in which experts are removed.</summary>
internal enum RemovalOrder
{
    /// <summary>Those first whose router moved least in training.</summary>
    LeastMoved,

    /// <summary>In a drawn order.</summary>
    Random,

    /// <summary>Those first whose router moved most: the opposite, as a control.</summary>
    MostMoved,
}

/// <summary>A network after some of its experts were removed.</summary>
/// <param name="Order">The order.</param>
/// <param name="Draw">Which of several drawn orders; 0 for the others.</param>
/// <param name="Kept">The experts that are left, ascending.</param>
/// <param name="Accuracy">The share of test samples whose class is predicted correctly.</param>
/// <param name="TunedAccuracy">The same after a few more epochs of training of what is left.</param>
internal sealed record Removal(RemovalOrder Order, int Draw, IReadOnlyList<int> Kept, double Accuracy, double TunedAccuracy)
{
    public JsonObject ToJson() => new()
    {
        ["order"] = Order.ToString(),
        ["draw"] = Draw,
        ["kept"] = new JsonArray([.. Kept.Select(expert => (JsonNode)expert)]),
        ["accuracy"] = Accuracy,
        ["tunedAccuracy"] = TunedAccuracy,
    };

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    public static Removal Of(JsonNode json) => new(
        Enum.Parse<RemovalOrder>((string)json["order"]!),
        (int)json["draw"]!,
        [.. json["kept"]!.AsArray().Select(expert => (int)expert!)],
        (double)json["accuracy"]!,
        (double)json["tunedAccuracy"]!);
}
