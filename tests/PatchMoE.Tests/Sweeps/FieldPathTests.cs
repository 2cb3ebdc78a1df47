using PatchMoE.Cli.Sweeps;

namespace PatchMoE.Tests.Sweeps;

/// <summary>Paths of fields in a spec's JSON.</summary>
public sealed class FieldPathTests
{
    [TestCase("model.layers[0].gate", """{"model":{"layers":[{"experts":2,"gate":9}]}}""")]
    [TestCase("model.layers[0].experts", """{"model":{"layers":[{"experts":9}]}}""")]
    [TestCase("model.layers[1]", """{"model":{"layers":[{"experts":2},9]}}""")]
    [TestCase("model.layers", """{"model":{"layers":9}}""")]
    [TestCase("training.optimizer.learningRate", """{"model":{"layers":[{"experts":2}]},"training":{"optimizer":{"learningRate":9}}}""")]
    [TestCase("data.irrelevant[0]", """{"model":{"layers":[{"experts":2}]},"data":{"irrelevant":[9]}}""")]
    public void Set_ReplacesOrCreates(string path, string expected)
    {
        SpecNode root = Parse("""{ "model": { "layers": [{ "experts": 2 }] } }""");
        SpecNode set = FieldPath.Parse(path)!.Set(root, Parse("9"), default, out string? misfit);
        Assert.Multiple(() =>
        {
            Assert.That(misfit, Is.Null);
            Assert.That(NodeText.Json(set), Is.EqualTo(expected));
            Assert.That(NodeText.Plain(FieldPath.Parse(path)!.Find(set)), Is.EqualTo("9"));
            Assert.That(NodeText.Json(root), Is.EqualTo("""{"model":{"layers":[{"experts":2}]}}"""), "the base is unchanged");
        });
    }

    [TestCase("model.layers[2].gate", "model.layers has 1 element, counted from 0")]
    [TestCase("model.layers[0].experts.more", "model.layers[0].experts is the number 2, which has no fields")]
    [TestCase("model[0]", "model is an object, not an array")]
    public void Set_SaysWhyThereIsNoSuchPlace(string path, string reason)
    {
        SpecNode root = Parse("""{ "model": { "layers": [{ "experts": 2 }] } }""");
        SpecNode set = FieldPath.Parse(path)!.Set(root, Parse("9"), default, out string? misfit);
        Assert.That(misfit, Is.EqualTo(reason));
        Assert.That(set, Is.SameAs(root));
    }

    [TestCase("")]
    [TestCase("model.")]
    [TestCase("model..layers")]
    [TestCase("model.layers[]")]
    [TestCase("model.layers[x]")]
    [TestCase("model.layers[-1]")]
    [TestCase("[0]")]
    [TestCase("model.layers[12345678901]")]
    public void Parse_RejectsOtherTexts(string text) => Assert.That(FieldPath.Parse(text), Is.Null);

    [TestCase("model", "model.layers[0].gate", true)]
    [TestCase("model.layers[0]", "model.layers[0].gate", true)]
    [TestCase("model.layers[0].gate", "model.layers[0].gate", true)]
    [TestCase("model.layers[1]", "model.layers[0].gate", false)]
    [TestCase("model.layers[0].gate", "model.layers[0]", false)]
    [TestCase("model.lay", "model.layers", false)]
    public void Contains_ComparesSteps(string outer, string inner, bool contains) =>
        Assert.That(FieldPath.Parse(outer)!.Contains(FieldPath.Parse(inner)!), Is.EqualTo(contains));

    private static SpecNode Parse(string json) => JsonParser.Parse(json, "", out _)!;
}
