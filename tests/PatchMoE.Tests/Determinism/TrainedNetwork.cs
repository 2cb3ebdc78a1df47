using System.Text.Json.Nodes;

namespace PatchMoE.Tests.Determinism;

/// <summary>A network and a short training of it.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Spec">The text of its spec.</param>
internal sealed record TrainedNetwork(string Name, string Spec)
{
    public static IReadOnlyList<TrainedNetwork> All { get; } =
    [
        new("mnist-joint", Shortened("mnist-joint")),
        new("digits-10", Shortened("digits-10")),
        new(
            "softmaxAll, d = 27, M = 21",
            """
            {
              "model": {
                "input":  { "kind": "vectors", "patches": 9, "dimension": 27 },
                "layers": [ { "experts": 3, "patchesPerExpert": 2, "neuronsPerExpert": 21, "gate": "softmaxAll", "pooling": "all", "bias": true } ],
                "head":   { "kind": "linear", "outputs": 1 },
                "loss":   "logistic"
              },
              "training": { "epochs": 3, "batch": 20, "optimizer": { "kind": "momentum", "learningRate": 0.05 } },
              "data": { "kind": "synthetic", "train": 100, "test": 50 }
            }
            """),
        new(
            "sigmoid, panels",
            """
            {
              "model": {
                "input":  { "kind": "vectors", "patches": 16, "dimension": 48 },
                "layers": [ { "experts": 2, "patchesPerExpert": 5, "neuronsPerExpert": 64, "gate": "sigmoid", "pooling": "sum", "bias": true } ],
                "head":   { "kind": "fixed", "weights": "gaussian" },
                "loss":   "logistic"
              },
              "training": { "epochs": 2, "batch": 25, "optimizer": { "kind": "sgd", "learningRate": 0.05 } },
              "data": { "kind": "synthetic", "train": 100, "test": 50 }
            }
            """),
        new(
            "a stack, windows overlap",
            """
            {
              "model": {
                "input":  { "kind": "vectors", "patches": 20, "dimension": 24 },
                "layers": [
                  { "routing": "dense", "experts": 1, "neuronsPerExpert": 18, "bias": true, "output": "map" },
                  { "experts": 3, "patchesPerExpert": 7, "neuronsPerExpert": 13, "gate": "softmaxAll", "bias": true, "output": "map", "window": 3, "padding": "same" },
                  { "experts": 2, "patchesPerExpert": 4, "neuronsPerExpert": 16, "gate": "sigmoid", "window": 4, "stride": 2 } ],
                "head":   { "kind": "linear", "outputs": 1 },
                "loss":   "logistic"
              },
              "training": { "epochs": 2, "batch": 20, "optimizer": { "kind": "adamW", "learningRate": 0.01 } },
              "data": { "kind": "synthetic", "train": 100, "test": 50 }
            }
            """),
        new(
            "sample routing",
            """
            {
              "model": {
                "input":  { "kind": "vectors", "patches": 12, "dimension": 40 },
                "layers": [ { "routing": "sample", "experts": 4, "neuronsPerExpert": 10 } ],
                "head":   { "kind": "fixed", "weights": "gaussian" },
                "loss":   "logistic"
              },
              "training": { "method": "single", "epochs": 3, "batch": 20, "optimizer": { "kind": "adam", "learningRate": 0.01 } },
              "data": { "kind": "synthetic", "train": 100, "test": 50 }
            }
            """),
        new(
            "groups",
            """
            {
              "model": {
                "input":  { "kind": "vectors", "patches": 6, "dimension": 20, "groups": [5] },
                "layers": [ { "experts": 2, "patchesPerExpert": 3, "neuronsPerExpert": 7, "gate": "softmaxSelected" },
                            { "experts": 3, "patchesPerExpert": 2, "neuronsPerExpert": 9, "gate": "softmaxSelected", "bias": true } ],
                "head":   { "kind": "linear", "outputs": 3 },
                "loss":   "softmaxCrossEntropy"
              },
              "training": { "epochs": 3, "batch": 20, "optimizer": { "kind": "adamW", "learningRate": 0.01, "weightDecay": 0.05 },
                            "schedule": { "kind": "cosine" } },
              "data": { "kind": "arrays", "trainInput": "x.npy", "trainLabels": "y.npy", "testInput": "x.npy", "testLabels": "y.npy" }
            }
            """),
        new(
            "routers first, then experts",
            """
            {
              "model": {
                "input":  { "kind": "vectors", "patches": 10, "dimension": 33 },
                "layers": [ { "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 12, "gate": "none" } ],
                "head":   { "kind": "fixed", "weights": "sign" },
                "loss":   "logistic"
              },
              "training": { "method": "separate", "epochs": 2, "routerEpochs": 2, "batch": 20, "optimizer": { "kind": "sgd", "learningRate": 0.2 } },
              "data": { "kind": "synthetic", "train": 100, "test": 50 }
            }
            """),
    ];

    /// <summary>Writes the spec, and random samples for one that reads arrays.</summary>
    /// <returns>The path of the spec.</returns>
    public string Write(string folder)
    {
        string path = Path.Combine(folder, "spec.json");
        File.WriteAllText(path, Spec);
        if (Spec.Contains("\"arrays\"", StringComparison.Ordinal))
        {
            const int Samples = 100;
            int[] shape = [Samples, 5, 6, 20];
            CounterRandom random = CounterRandom.ForName(1, Name);
            NpyFile.Write(Path.Combine(folder, "x.npy"), new NpyArray(shape, [.. Enumerable.Range(0, Samples * 5 * 6 * 20).Select(i => (float)random.Normal((ulong)i))]));
            NpyFile.Write(Path.Combine(folder, "y.npy"), new NpyArray([Samples], [.. Enumerable.Range(0, Samples).Select(i => i % 3)]));
        }

        return path;
    }

    public override string ToString() => Name;

    /// <summary>A spec of the repository, with less to learn.</summary>
    private static string Shortened(string name)
    {
        JsonNode spec = JsonNode.Parse(File.ReadAllText(Path.Combine(Repository.Root, "specs", $"{name}.json")))!;
        spec["training"]!["epochs"] = 2;
        spec["data"]!["train"] = 100;
        spec["data"]!["test"] = 50;
        return spec.ToJsonString();
    }
}
