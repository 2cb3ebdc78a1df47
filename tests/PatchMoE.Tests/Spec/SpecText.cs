namespace PatchMoE.Tests;

/// <summary>A small valid spec as text, section by section, for tests that change one of them.</summary>
internal static class SpecText
{
    public const string Vectors = """{ "kind": "vectors", "patches": 16, "dimension": 64 }""";
    public const string Sentences = """{ "kind": "text", "maxSegments": 32, "dimension": 64 }""";
    public const string Mosaic = """{ "kind": "image", "height": 112, "width": 112, "patch": 28 }""";
    public const string Digit = """{ "kind": "image", "height": 28, "width": 28, "patch": 7 }""";
    public const string Photo = """{ "kind": "image", "height": 32, "width": 32, "channels": 3 }""";
    public const string Wrn = """{ "kind": "wrn", "widths": [4, 6, 8], "patch": 1 }""";
    public const string Layer = """{ "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 20 }""";
    public const string Gated = """{ "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 20, "gate": "softmaxSelected" }""";
    public const string Dense = """{ "routing": "dense", "neuronsPerExpert": 20 }""";
    public const string Token = """{ "routing": "tokenChoice", "experts": 4, "neuronsPerExpert": 20, "gate": "softmaxAll" }""";
    public const string Map = """{ "routing": "dense", "neuronsPerExpert": 5, "output": "map" }""";
    public const string Fixed = """{ "kind": "fixed" }""";
    public const string Ten = """{ "kind": "linear", "outputs": 10 }""";
    public const string Softmax = "\"softmaxCrossEntropy\"";
    public const string Logistic = "\"logistic\"";

    /// <summary>The text of a spec; <paramref name="layers"/> is the content of the brackets.</summary>
    public static string Of(
        string input = Vectors, string layers = Layer, string head = Fixed, string loss = Logistic, string? training = null, string? data = null,
        string? backbone = null)
    {
        string backboneText = backbone is null ? "" : $"\n    \"backbone\": {backbone},";
        string trainingText = training is null ? "" : $",\n  \"training\": {training}";
        string dataText = data is null ? "" : $",\n  \"data\": {data}";
        return $$"""
            {
              "model": {
                "input": {{input}},{{backboneText}}
                "layers": [{{layers}}],
                "head": {{head}},
                "loss": {{loss}}
              }{{trainingText}}{{dataText}}
            }
            """;
    }

    /// <summary>The spec read from a text that must be valid.</summary>
    public static PatchMoESpec Read(string json)
    {
        SpecResult result = SpecReader.Read(json, "example.json");
        Assert.That(result.Spec, Is.Not.Null, string.Join('\n', result.Diagnostics));
        return result.Spec!;
    }
}
