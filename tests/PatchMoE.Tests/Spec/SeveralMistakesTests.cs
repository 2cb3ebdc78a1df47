namespace PatchMoE.Tests;

[TestFixture]
public sealed class SeveralMistakesTests
{
    [Test]
    public void FiveMistakes_GiveFiveDiagnosticsInTextOrder()
    {
        const string Json = """
            {
              "training": { "batch": "20" },
              "model": {
                "head": { "kind": "fixed", "weight": "sign" },
                "loss": "logistic",
                "layers": [ { "experts": 0, "patchesPerExpert": 20, "neuronsPerExpert": 5 } ],
                "input": { "kind": "vectors", "patches": 16, "dimension": 64, "groups": 3 }
              },
              "data": { "kind": "mosaic", "positive": 10 }
            }
            """;

        SpecResult result = SpecReader.Read(Json, "specs/a.json");

        Assert.That(
            result.Diagnostics.Select(diagnostic => (diagnostic.Rule.Id, diagnostic.Path, diagnostic.Span.Line)),
            Is.EqualTo(new[]
            {
                ("PMOE003", "training.batch", 1),
                ("PMOE002", "model.head.weight", 3),
                ("PMOE010", "model.layers[0].experts", 5),
                ("PMOE003", "model.input.groups", 6),
                ("PMOE010", "data.positive", 8),
            }));
    }

    [Test]
    public void MistakesInEveryElement_AreAllReported()
    {
        SpecResult result = SpecReader.Read(
            SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic", "irrelevant": ["2", 3, 10, 4.5], "grid": [0, null] }"""), "a.json");
        Assert.That(
            result.Diagnostics.Select(diagnostic => diagnostic.Path),
            Is.EqualTo(new[] { "data.irrelevant[0]", "data.irrelevant[2]", "data.irrelevant[3]", "data.grid[0]", "data.grid[1]" }));
    }

    [Test]
    public void Warnings_DoNotTakeTheSpecAway()
    {
        SpecResult result = SpecReader.Read(
            SpecText.Of(input: """{ "kind": "image", "height": 31, "width": 30, "patch": [7, 7], "stride": 7 }""", layers: SpecText.Dense), "a.json");
        Assert.Multiple(() =>
        {
            Assert.That(result.Spec, Is.Not.Null);
            Assert.That(result.Diagnostics.Select(diagnostic => diagnostic.Arguments[0]), Is.EqualTo(new[] { "3 rows", "2 columns" }));
        });
    }
}
