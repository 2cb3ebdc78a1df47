namespace PatchMoE.Tests;

[TestFixture]
public sealed class NetworkRuleTests
{
    private const string Groups = """{ "kind": "vectors", "patches": 12, "dimension": 20, "groups": [6] }""";

    [Test]
    public void SignNeedsTwoExperts_Reports() => Diagnose.Reports(
        DiagnosticRules.SignNeedsTwoExperts, "model.head.weights",
        "The head weights 'sign' are +1 for expert 0 and -1 for expert 1, but the number of experts in the top layer is 1. Use 2 experts in that layer, or the weights 'gaussian'.",
        SpecText.Of(layers: SpecText.Dense, head: """{ "kind": "fixed", "weights": §"sign" }"""));

    /// <summary>The top layer counts, not the one below it.</summary>
    [Test]
    public void SignNeedsTwoExperts_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.SignNeedsTwoExperts,
        SpecText.Of(input: Groups, layers: $"{SpecText.Dense}, {SpecText.Layer}", head: """{ "kind": "fixed", "weights": "sign" }"""));

    [Test]
    public void SoftmaxNeedsSeveralOutputs_Reports() => Diagnose.Reports(
        DiagnosticRules.SoftmaxNeedsSeveralOutputs, "model.loss",
        "The loss 'softmaxCrossEntropy' needs at least 2 outputs, but the head has 1. Use the loss 'logistic', or a linear head with one output per class.",
        SpecText.Of(head: """{ "kind": "linear", "outputs": 1 }""", loss: "§" + SpecText.Softmax));

    [Test]
    public void SoftmaxNeedsSeveralOutputs_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.SoftmaxNeedsSeveralOutputs, SpecText.Of(head: """{ "kind": "linear", "outputs": 2 }""", loss: SpecText.Softmax));

    [Test]
    public void LogisticNeedsOneOutput_Reports() => Diagnose.Reports(
        DiagnosticRules.LogisticNeedsOneOutput, "model.loss",
        "The loss 'logistic' takes 1 output, but the head has 2. Use the loss 'softmaxCrossEntropy', or 1 output.",
        SpecText.Of(head: """{ "kind": "linear", "outputs": 2 }""", loss: "§" + SpecText.Logistic));

    [Test]
    public void LogisticNeedsOneOutput_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.LogisticNeedsOneOutput, SpecText.Of(head: """{ "kind": "linear", "outputs": 1 }"""));

    [Test]
    public void FixedHeadHasOneOutput_Reports() => Diagnose.Reports(
        DiagnosticRules.FixedHeadHasOneOutput, "model.head.outputs",
        "A fixed head has 1 output, not 10. Use 1, or a linear head.",
        SpecText.Of(head: """{ "kind": "fixed", "outputs": §10 }"""));

    [Test]
    public void FixedHeadHasOneOutput_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.FixedHeadHasOneOutput, SpecText.Of(head: """{ "kind": "fixed", "outputs": 1 }"""));

    [TestCase("""{ "kind": "fixed", §"bias": true }""", "bias", "linear", "fixed")]
    [TestCase("""{ "kind": "linear", "outputs": 1, §"weights": "sign" }""", "weights", "fixed", "linear")]
    public void FieldOfOtherHead_Reports(string head, string field, string owner, string kind) => Diagnose.Reports(
        DiagnosticRules.FieldOfOtherHead, $"model.head.{field}",
        $"The field '{field}' belongs to a {owner} head, but this head is {kind}. Remove it, or use the kind '{owner}'.",
        SpecText.Of(head: head));

    [TestCase("""{ "kind": "fixed", "weights": "sign" }""")]
    [TestCase("""{ "kind": "linear", "outputs": 1, "bias": true }""")]
    public void FieldOfOtherHead_DoesNotReport(string head) => Diagnose.DoesNotReport(DiagnosticRules.FieldOfOtherHead, SpecText.Of(head: head));

    [TestCase(SpecText.Vectors, 2, 1)]
    [TestCase(Groups, 1, 2)]
    [TestCase(Groups, 3, 2)]
    public void LayersDoNotMatchGroups_Reports(string input, int layers, int levels) => Diagnose.Reports(
        DiagnosticRules.LayersDoNotMatchGroups, "model.layers",
        $"The number of layers is {layers}, but it must be {levels}, one more than the number of entries in 'groups'. "
        + "Write one layer per level, or change 'groups'.",
        SpecText.Of(input: input, layers: string.Join(", ", Enumerable.Repeat(SpecText.Layer, layers))).Replace("\"layers\": [", "\"layers\": §["));

    [Test]
    public void LayersDoNotMatchGroups_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.LayersDoNotMatchGroups, SpecText.Of(input: Groups, layers: $"{SpecText.Layer}, {SpecText.Layer}"));

    [Test]
    public void NoLayers_Reports() => Diagnose.Reports(
        DiagnosticRules.NoLayers, "model.layers",
        "A network needs at least one layer. Add one, for example an 'expertChoice' layer.",
        SpecText.Of(layers: "").Replace("[]", "§[]"));

    [Test]
    public void NoLayers_DoesNotReport() => Diagnose.DoesNotReport(DiagnosticRules.NoLayers, SpecText.Of());

    [Test]
    public void ImageHasOneLevel_Reports() => Diagnose.Reports(
        DiagnosticRules.ImageHasOneLevel, "model.layers",
        "An image has a single level of patches, but there are 2 layers. Use one layer, or a 'vectors' input with 'groups'.",
        SpecText.Of(input: SpecText.Mosaic, layers: $"{SpecText.Layer}, {SpecText.Layer}").Replace("\"layers\": [", "\"layers\": §["));

    [Test]
    public void ImageHasOneLevel_DoesNotReport() => Diagnose.DoesNotReport(DiagnosticRules.ImageHasOneLevel, SpecText.Of(input: SpecText.Mosaic));

    [TestCase("\"gate\": \"none\"", "gate", "dense")]
    [TestCase("\"pooling\": \"all\"", "pooling", "sample")]
    [TestCase("\"patchesPerExpert\": 2", "patchesPerExpert", "dense")]
    public void FieldOfOtherRouting_Reports(string text, string field, string routing) => Diagnose.Reports(
        DiagnosticRules.FieldOfOtherRouting, $"model.layers[0].{field}",
        $"The field '{field}' belongs to the routing 'expertChoice', but this layer's routing is '{routing}'. Remove it, or use the routing 'expertChoice'.",
        SpecText.Of(layers: $$"""{ "routing": "{{routing}}", "experts": 2, "neuronsPerExpert": 20, §{{text}} }"""));

    [Test]
    public void FieldOfOtherRouting_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.FieldOfOtherRouting,
        SpecText.Of(layers: """{ "routing": "expertChoice", "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 20, "gate": "none", "pooling": "all" }"""));

    [Test]
    public void RoutingPlanned_Reports() => Diagnose.Reports(
        DiagnosticRules.RoutingPlanned, "model.layers[0].routing",
        "The routing 'tokenChoice' is planned, but this version does not support it. Use 'expertChoice', 'dense' or 'sample'.",
        SpecText.Of(layers: """{ "routing": §"tokenChoice", "experts": 4, "expertsPerPatch": 2, "neuronsPerExpert": 20 }"""));

    [TestCase("expertChoice", ", \"patchesPerExpert\": 2")]
    [TestCase("dense", "")]
    [TestCase("sample", "")]
    public void RoutingPlanned_DoesNotReport(string routing, string more) => Diagnose.DoesNotReport(
        DiagnosticRules.RoutingPlanned, SpecText.Of(layers: $$"""{ "routing": "{{routing}}", "experts": 4, "neuronsPerExpert": 20{{more}} }"""));

    [Test]
    public void TooManyLevels_Reports() => Diagnose.Reports(
        DiagnosticRules.TooManyLevels, "model.input.groups",
        "The groups make 4 levels; the limit is 3. Use fewer entries in 'groups'.",
        SpecText.Of(
            input: """{ "kind": "vectors", "patches": 12, "dimension": 20, "groups": §[3, 4, 5] }""",
            layers: string.Join(", ", Enumerable.Repeat(SpecText.Layer, 4))));

    [Test]
    public void TooManyLevels_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.TooManyLevels,
        SpecText.Of(
            input: """{ "kind": "vectors", "patches": 12, "dimension": 20, "groups": [3, 4] }""",
            layers: string.Join(", ", Enumerable.Repeat(SpecText.Layer, 3))));
}
