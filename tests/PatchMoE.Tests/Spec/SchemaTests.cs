using System.Text.Json;

namespace PatchMoE.Tests;

/// <summary>The schema and the reader know the same fields, words and defaults.</summary>
[TestFixture]
public sealed class SchemaTests
{
    private const string Unknown = "\"zzzzzzzz\": 0";

    /// <summary>A definition of the schema, and a spec with an unknown field in an object of that kind.</summary>
    private static IEnumerable<TestCaseData> Objects =>
    [
        new("", $$"""{ {{Unknown}} }"""),
        new("model", $$"""{ "model": { {{Unknown}} } }"""),
        new("imageInput", SpecText.Of(input: $$"""{ "kind": "image", {{Unknown}} }""")),
        new("vectorsInput", SpecText.Of(input: $$"""{ "kind": "vectors", {{Unknown}} }""")),
        new("textInput", SpecText.Of(input: $$"""{ "kind": "text", {{Unknown}} }""")),
        new("wholeImageInput", SpecText.Of(input: $$"""{ "kind": "image", {{Unknown}} }""", backbone: SpecText.Wrn)),
        new("backbone", SpecText.Of(input: SpecText.Photo, backbone: $$"""{ "kind": "wrn", {{Unknown}} }""")),
        new("expertChoiceLayer", SpecText.Of(layers: $$"""{{SpecText.Map}}, { {{Unknown}} }""")),
        new("denseLayer", SpecText.Of(layers: $$"""{{SpecText.Map}}, { "routing": "dense", {{Unknown}} }""")),
        new("sampleLayer", SpecText.Of(layers: $$"""{{SpecText.Map}}, { "routing": "sample", {{Unknown}} }""")),
        new("tokenChoiceLayer", SpecText.Of(layers: $$"""{{SpecText.Map}}, { "routing": "tokenChoice", {{Unknown}} }""")),
        new("balance", SpecText.Of(layers: $$"""{ "routing": "tokenChoice", "balance": { {{Unknown}} } }""")),
        new("fixedHead", SpecText.Of(head: $$"""{ "kind": "fixed", {{Unknown}} }""")),
        new("linearHead", SpecText.Of(head: $$"""{ "kind": "linear", {{Unknown}} }""")),
        new("training", SpecText.Of(training: $$"""{ {{Unknown}} }""")),
        new("optimizer", SpecText.Of(training: $$"""{ "optimizer": { {{Unknown}} } }""")),
        new("schedule", SpecText.Of(training: $$"""{ "schedule": { {{Unknown}} } }""")),
        new("init", SpecText.Of(training: $$"""{ "init": { {{Unknown}} } }""")),
        new("mosaicData", SpecText.Of(data: $$"""{ "kind": "mosaic", {{Unknown}} }""")),
        new("imagesData", SpecText.Of(data: $$"""{ "kind": "images", {{Unknown}} }""")),
        new("cifar10Data", SpecText.Of(data: $$"""{ "kind": "cifar10", {{Unknown}} }""")),
        new("celebaData", SpecText.Of(data: $$"""{ "kind": "celeba", {{Unknown}} }""")),
        new("spuriousAttributes", SpecText.Of(data: $$"""{ "kind": "celeba", "spurious": { {{Unknown}} } }""")),
        new("syntheticData", SpecText.Of(data: $$"""{ "kind": "synthetic", {{Unknown}} }""")),
        new("bagsData", SpecText.Of(data: $$"""{ "kind": "bags", {{Unknown}} }""")),
        new("arraysData", SpecText.Of(data: $$"""{ "kind": "arrays", {{Unknown}} }""")),
        new("folderData", SpecText.Of(data: $$"""{ "kind": "folder", {{Unknown}} }""")),
        new("csvData", SpecText.Of(data: $$"""{ "kind": "csv", {{Unknown}} }""")),
        new("textsData", SpecText.Of(data: $$"""{ "kind": "texts", {{Unknown}} }""")),
        new("spuriousDigits", SpecText.Of(data: $$"""{ "kind": "mosaic", "spurious": { {{Unknown}} } }""")),
        new("augmentation", SpecText.Of(data: $$"""{ "kind": "folder", "path": "x", "augment": { {{Unknown}} } }""")),
    ];

    private static IEnumerable<TestCaseData> Words =>
    [
        new("model", "loss", SpecText.Of(loss: "\"zzzzzzzz\"")),
        new("backbone", "output", SpecText.Of(input: SpecText.Photo, backbone: """{ "kind": "wrn", "output": "zzzzzzzz" }""")),
        new("expertChoiceLayer", "gate", SpecText.Of(layers: """{ "gate": "zzzzzzzz" }""")),
        new("expertChoiceLayer", "pooling", SpecText.Of(layers: """{ "pooling": "zzzzzzzz" }""")),
        new("expertChoiceLayer", "output", SpecText.Of(layers: """{ "output": "zzzzzzzz" }""")),
        new("denseLayer", "padding", SpecText.Of(layers: $$"""{{SpecText.Map}}, { "routing": "dense", "padding": "zzzzzzzz" }""")),
        new("tokenChoiceLayer", "gate", SpecText.Of(layers: """{ "routing": "tokenChoice", "gate": "zzzzzzzz" }""")),
        new("tokenChoiceLayer", "pooling", SpecText.Of(layers: """{ "routing": "tokenChoice", "pooling": "zzzzzzzz" }""")),
        new("tokenChoiceLayer", "priority", SpecText.Of(layers: """{ "routing": "tokenChoice", "priority": "zzzzzzzz" }""")),
        new("balance", "kind", SpecText.Of(layers: """{ "routing": "tokenChoice", "balance": { "kind": "zzzzzzzz" } }""")),
        new("fixedHead", "weights", SpecText.Of(head: """{ "kind": "fixed", "weights": "zzzzzzzz" }""")),
        new("training", "method", SpecText.Of(training: """{ "method": "zzzzzzzz" }""")),
        new("optimizer", "kind", SpecText.Of(training: """{ "optimizer": { "kind": "zzzzzzzz" } }""")),
        new("schedule", "kind", SpecText.Of(training: """{ "schedule": { "kind": "zzzzzzzz" } }""")),
        new("textInput", "segment", SpecText.Of(input: """{ "kind": "text", "segment": "zzzzzzzz" }""")),
        new("textInput", "embedding", SpecText.Of(input: """{ "kind": "text", "embedding": "zzzzzzzz" }""")),
        new("textInput", "tokens", SpecText.Of(input: """{ "kind": "text", "tokens": "zzzzzzzz" }""")),
        new("celebaData", "fit", SpecText.Of(data: """{ "kind": "celeba", "fit": "zzzzzzzz" }""")),
        new("folderData", "fit", SpecText.Of(data: """{ "kind": "folder", "fit": "zzzzzzzz" }""")),
        new("textsData", "format", SpecText.Of(data: """{ "kind": "texts", "format": "zzzzzzzz" }""")),
        new("mosaicData", "source", SpecText.Of(data: """{ "kind": "mosaic", "source": "zzzzzzzz" }""")),
        new("bagsData", "source", SpecText.Of(data: """{ "kind": "bags", "source": "zzzzzzzz" }""")),
        new("imagesData", "source", SpecText.Of(data: """{ "kind": "images", "source": "zzzzzzzz" }""")),
    ];

    /// <summary>Where the schema has one definition per kind, the kinds are their constants.</summary>
    private static IEnumerable<TestCaseData> Kinds =>
    [
        new(new[] { "backbone" }, "kind", SpecText.Of(input: SpecText.Photo, backbone: """{ "kind": "zzzzzzzz" }""")),
        new(new[] { "imageInput", "vectorsInput", "textInput" }, "kind", SpecText.Of(input: """{ "kind": "zzzzzzzz" }""")),
        new(new[] { "expertChoiceLayer", "denseLayer", "sampleLayer", "tokenChoiceLayer" }, "routing", SpecText.Of(layers: """{ "routing": "zzzzzzzz" }""")),
        new(new[] { "fixedHead", "linearHead" }, "kind", SpecText.Of(head: """{ "kind": "zzzzzzzz" }""")),
        new(new[] { "mosaicData", "imagesData", "cifar10Data", "celebaData", "syntheticData", "bagsData", "arraysData", "folderData", "csvData", "textsData" }, "kind", SpecText.Of(data: """{ "kind": "zzzzzzzz" }""")),
    ];

    [TestCaseSource(nameof(Objects))]
    public void Fields_AreThoseOfTheReader(string definition, string json)
    {
        JsonElement schema = definition.Length == 0 ? SpecSchema.Root : SpecSchema.Definition(definition);
        Assert.That(schema.GetProperty("properties").EnumerateObject().Select(field => field.Name), Is.EquivalentTo(Known(json, DiagnosticRules.UnknownField)));
    }

    [Test]
    public void Fields_AreComparedForEveryObject()
    {
        IEnumerable<string> objects = SpecSchema.Root.GetProperty("$defs").EnumerateObject()
            .Where(definition => definition.Value.TryGetProperty("properties", out _)).Select(definition => definition.Name);
        Assert.That(Objects.Select(test => (string)test.Arguments[0]!).Where(name => name.Length > 0), Is.EquivalentTo(objects));
    }

    [TestCaseSource(nameof(Words))]
    public void Words_AreThoseOfTheReader(string definition, string field, string json) => Assert.That(
        SpecSchema.Definition(definition).GetProperty("properties").GetProperty(field).GetProperty("enum").EnumerateArray().Select(word => word.GetString()),
        Is.EqualTo(Known(json, DiagnosticRules.UnknownWord)));

    [TestCaseSource(nameof(Kinds))]
    public void KindsAndRoutings_AreThoseOfTheReader(string[] definitions, string field, string json) => Assert.That(
        definitions.Select(definition => SpecSchema.Definition(definition).GetProperty("properties").GetProperty(field).GetProperty("const").GetString()),
        Is.EqualTo(Known(json, DiagnosticRules.UnknownWord)));

    /// <summary>A field that is written with the schema's default gives the same spec as one that is left out.</summary>
    [TestCase("imageInput")]
    [TestCase("vectorsInput")]
    [TestCase("textInput")]
    [TestCase("wholeImageInput")]
    [TestCase("backbone")]
    [TestCase("expertChoiceLayer")]
    [TestCase("denseLayer")]
    [TestCase("sampleLayer")]
    [TestCase("tokenChoiceLayer")]
    [TestCase("balance")]
    [TestCase("fixedHead")]
    [TestCase("linearHead")]
    [TestCase("training")]
    [TestCase("optimizer")]
    [TestCase("schedule")]
    [TestCase("mosaicData")]
    [TestCase("imagesData")]
    [TestCase("spuriousDigits")]
    [TestCase("cifar10Data")]
    [TestCase("celebaData")]
    [TestCase("spuriousAttributes")]
    [TestCase("syntheticData")]
    [TestCase("bagsData")]
    [TestCase("folderData")]
    [TestCase("csvData")]
    [TestCase("textsData")]
    public void Defaults_AreThoseOfTheReader(string definition)
    {
        (string name, string value)[] defaults =
        [
            .. SpecSchema.Definition(definition).GetProperty("properties").EnumerateObject()
                .Where(field => field.Value.TryGetProperty("default", out _))
                .Select(field => (field.Name, field.Value.GetProperty("default").GetRawText())),
        ];
        Assert.That(defaults, Is.Not.Empty);
        foreach ((string name, string value) in defaults)
        {
            Assert.That(SpecText.Read(With(definition, $", \"{name}\": {value}")), Is.EqualTo(SpecText.Read(With(definition, ""))), name);
        }
    }

    /// <summary>A valid spec with a field added to an object of a kind.</summary>
    private static string With(string definition, string field)
    {
        string Add(string text) => text[..^2] + (text == "{  }" ? field.TrimStart(',') : field) + " }";
        return definition switch
        {
            "imageInput" => SpecText.Of(input: Add(SpecText.Mosaic)),
            "vectorsInput" => SpecText.Of(input: Add(SpecText.Vectors)),
            "textInput" => SpecText.Of(input: Add(SpecText.Sentences)),
            "wholeImageInput" => SpecText.Of(input: Add("""{ "kind": "image", "height": 32, "width": 32 }"""), head: SpecText.Ten, loss: SpecText.Softmax, backbone: SpecText.Wrn),
            "backbone" => SpecText.Of(input: SpecText.Photo, head: SpecText.Ten, loss: SpecText.Softmax, backbone: Add("""{ "kind": "wrn", "patch": 1 }""")),
            "cifar10Data" => SpecText.Of(
                input: """{ "kind": "image", "height": 32, "width": 32, "channels": 3, "patch": 8 }""", head: SpecText.Ten, loss: SpecText.Softmax, data: Add("""{ "kind": "cifar10" }""")),
            "expertChoiceLayer" => SpecText.Of(layers: $"{SpecText.Map}, {Add(SpecText.Layer)}"),
            "denseLayer" => SpecText.Of(layers: $"{SpecText.Map}, {Add(SpecText.Dense)}"),
            "sampleLayer" => SpecText.Of(layers: $"{SpecText.Map}, {Add("""{ "routing": "sample", "experts": 2, "neuronsPerExpert": 5 }""")}"),
            "tokenChoiceLayer" => SpecText.Of(layers: $"{SpecText.Map}, {Add("""{ "routing": "tokenChoice", "experts": 4, "neuronsPerExpert": 20 }""")}"),
            "balance" => SpecText.Of(layers: $$"""{ "routing": "tokenChoice", "experts": 4, "neuronsPerExpert": 20, "balance": {{Add("""{ "kind": "importance" }""")}} }"""),
            "fixedHead" => SpecText.Of(head: Add(SpecText.Fixed)),
            "linearHead" => SpecText.Of(head: Add(SpecText.Ten), loss: SpecText.Softmax),
            "training" => SpecText.Of(training: Add("{  }")),
            "optimizer" => SpecText.Of(training: $$"""{ "optimizer": {{Add("{  }")}} }"""),
            "schedule" => SpecText.Of(training: $$"""{ "schedule": {{Add("{  }")}} }"""),
            "mosaicData" => SpecText.Of(input: SpecText.Mosaic, data: Add("""{ "kind": "mosaic" }""")),
            "spuriousDigits" => SpecText.Of(input: SpecText.Mosaic, data: $$"""{ "kind": "mosaic", "spurious": {{Add("""{ "positive": 2, "negative": 3 }""")}} }"""),
            "imagesData" => SpecText.Of(input: SpecText.Digit, head: SpecText.Ten, loss: SpecText.Softmax, data: Add("""{ "kind": "images" }""")),
            "celebaData" => SpecText.Of(input: SpecText.Digit, data: Add("""{ "kind": "celeba", "attribute": "Smiling" }""")),
            "spuriousAttributes" => SpecText.Of(
                input: SpecText.Digit,
                data: $$"""{ "kind": "celeba", "attribute": "Smiling", "train": 8, "test": 8, "spurious": {{Add("""{ "positive": "Black_Hair" }""")}} }"""),
            "folderData" => SpecText.Of(input: SpecText.Digit, data: Add("""{ "kind": "folder", "path": "photos" }""")),
            "csvData" => SpecText.Of(data: Add("""{ "kind": "csv", "file": "t.csv", "label": "kind" }""")),
            "textsData" => SpecText.Of(input: """{ "kind": "text", "maxSegments": 8, "dimension": 16 }""", data: Add("""{ "kind": "texts", "path": "t.csv" }""")),
            "bagsData" => SpecText.Of(data: Add("""{ "kind": "bags" }""")),
            "syntheticData" => SpecText.Of(data: Add("""{ "kind": "synthetic" }""")),
            _ => throw new ArgumentException(definition, nameof(definition)),
        };
    }

    /// <summary>The fields or words that the reader lists when it meets an unknown one.</summary>
    private static IEnumerable<string> Known(string json, DiagnosticRule rule) =>
        SpecReader.Read(json, "a.json").Diagnostics.Single(diagnostic => diagnostic.Rule == rule).Arguments[1].Split('\'').Where((_, i) => i % 2 == 1);
}
