using System.Globalization;

namespace PatchMoE.Tests.Sweeps;

/// <summary>A small sweep as text: a network on synthetic vectors, trained within milliseconds.</summary>
internal static class SweepText
{
    public const string Base = """
        { "model": { "input": { "kind": "vectors", "patches": 16, "dimension": 16 },
                     "layers": [{ "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 4 }],
                     "head": { "kind": "fixed", "weights": "sign" }, "loss": "logistic" },
          "training": { "method": "separate", "epochs": 2, "routerEpochs": 2, "batch": 20 },
          "data": { "kind": "synthetic", "train": 40, "test": 40 } }
        """;

    /// <summary>The text of a sweep with this base.</summary>
    /// <param name="vary">The fields and their values, an object.</param>
    /// <param name="seeds">The seeds.</param>
    /// <param name="epochs">The number of epochs: how long a cell takes.</param>
    public static string Of(string vary, string seeds = "2", int epochs = 2) =>
        $"{{ \"base\": {Base},\n \"set\": {{ \"training.epochs\": {epochs.ToString(CultureInfo.InvariantCulture)}{(epochs > 100 ? ", \"data.train\": 1000" : "")} }},\n \"vary\": {vary},\n \"seeds\": {seeds} }}";
}
