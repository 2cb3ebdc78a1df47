namespace PatchMoE.Tests;

/// <summary>A training of many short epochs, for tests that stop it on its way.</summary>
internal static class StoppedRun
{
    /// <summary>Its spec, but for the number of epochs.</summary>
    public const string SpecText = """
        {
          "name": "Small",
          "model": {
            "input":  { "kind": "vectors", "patches": 4, "dimension": 8 },
            "layers": [ { "routing": "expertChoice", "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 4, "gate": "softmaxSelected" } ],
            "head":   { "kind": "linear", "outputs": 1 },
            "loss":   "logistic"
          },
          "training": { "method": "joint", "epochs": 1, "batch": 16, "optimizer": { "kind": "adam", "learningRate": 0.001 } },
          "data": { "kind": "synthetic", "patterns": 4, "similarity": 0.2, "noise": 0.02, "train": 40, "test": 20 }
        }
        """;

    /// <summary>Two run folders have the same weights, byte by byte, and the same results in every epoch, but for speed and memory.</summary>
    public static void AssertEqual(string folder, string whole)
    {
        Assert.That(File.ReadAllBytes(Path.Combine(folder, "weights.safetensors")), Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, "weights.safetensors"))));
        Assert.That(Metrics(folder), Is.EqualTo(Metrics(whole)));
    }

    private static EpochMetrics[] Metrics(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, "metrics.jsonl")).Select(line => EpochMetrics.FromJson(line) with { SamplesPerSecond = 0, PeakMemory = null })];
}
