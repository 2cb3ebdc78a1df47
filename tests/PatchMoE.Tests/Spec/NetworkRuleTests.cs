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

    [TestCase(SpecText.Vectors)]
    [TestCase(SpecText.Mosaic)]
    public void NoMapBelow_Reports(string input) => Diagnose.Reports(
        DiagnosticRules.NoMapBelow, "model.layers[1]",
        "Layer 1 pools its patches into one vector, so there is nothing for layer 2 to cut. "
        + "Give layer 1 the output 'map', remove layer 2, or use a 'vectors' input with 'groups'.",
        SpecText.Of(input: input, layers: $"{SpecText.Map}, §{SpecText.Layer}, {SpecText.Dense}"));

    [TestCase(SpecText.Vectors)]
    [TestCase(SpecText.Mosaic)]
    public void NoMapBelow_DoesNotReport(string input) =>
        Diagnose.DoesNotReport(DiagnosticRules.NoMapBelow, SpecText.Of(input: input, layers: $"{SpecText.Map}, {SpecText.Map}, {SpecText.Layer}"));

    [TestCase("\"gate\": \"none\"", "gate", "dense", "'expertChoice' or 'tokenChoice'")]
    [TestCase("\"pooling\": \"all\"", "pooling", "sample", "'expertChoice' or 'tokenChoice'")]
    [TestCase("\"patchesPerExpert\": 2", "patchesPerExpert", "dense", "'expertChoice'")]
    [TestCase("\"patchesPerExpert\": 2", "patchesPerExpert", "tokenChoice", "'expertChoice'")]
    [TestCase("\"expertsPerPatch\": 2", "expertsPerPatch", "dense", "'tokenChoice'")]
    [TestCase("\"capacityFactor\": 2", "capacityFactor", "sample", "'tokenChoice'")]
    [TestCase("\"priority\": \"score\"", "priority", "sample", "'tokenChoice'")]
    [TestCase("\"balance\": { \"kind\": \"switch\" }", "balance", "dense", "'tokenChoice'")]
    [TestCase("\"zLoss\": 0.1", "zLoss", "dense", "'tokenChoice'")]
    public void FieldOfOtherRouting_Reports(string text, string field, string routing, string owners) => Diagnose.Reports(
        DiagnosticRules.FieldOfOtherRouting, $"model.layers[0].{field}",
        $"The field '{field}' belongs to the routing {owners}, but this layer's routing is '{routing}'. Remove it, or use the routing {owners}.",
        SpecText.Of(layers: $$"""{ "routing": "{{routing}}", "experts": 2, "neuronsPerExpert": 20, §{{text}} }"""));

    [Test]
    public void FieldOfOtherRouting_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.FieldOfOtherRouting,
        SpecText.Of(layers: """{ "routing": "expertChoice", "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 20, "gate": "none", "pooling": "all" }"""));

    [Test]
    public void TooManyExpertsPerPatch_Reports() => Diagnose.Reports(
        DiagnosticRules.TooManyExpertsPerPatch, "model.layers[0].expertsPerPatch",
        "A patch cannot take 5 experts: there are only 4. Use 1 to 4.",
        SpecText.Of(layers: """{ "routing": "tokenChoice", "experts": 4, "expertsPerPatch": §5, "neuronsPerExpert": 20 }"""));

    [Test]
    public void TooManyExpertsPerPatch_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.TooManyExpertsPerPatch,
        SpecText.Of(layers: """{ "routing": "tokenChoice", "experts": 4, "expertsPerPatch": 4, "neuronsPerExpert": 20 }"""));

    [Test]
    public void Priority_NeedsACapacity() => Diagnose.Reports(
        DiagnosticRules.FieldWithoutEffect, "model.layers[0].priority",
        "The field 'priority' has no effect with no 'capacityFactor', so that no place is scarce. Remove it, or use a 'capacityFactor'.",
        SpecText.Of(layers: """{ "routing": "tokenChoice", "experts": 4, "neuronsPerExpert": 20, §"priority": "score" }"""));

    [Test]
    public void MapNotPossible_Reports() => Diagnose.Reports(
        DiagnosticRules.MapNotPossible, "model.layers[0].output",
        "The output 'map' does not go with the groups of the input, whose outputs are the next layer's patches. Use the output 'pooled'.",
        SpecText.Of(input: Groups, layers: SpecText.Map.Replace("\"map\"", "§\"map\"") + ", " + SpecText.Layer));

    [Test]
    public void MapNotPossible_ReportsABackbone() => Diagnose.Reports(
        DiagnosticRules.MapNotPossible, "model.layers[0].output",
        "The output 'map' does not go with a backbone, which has an output of its own. Use the output 'pooled'.",
        SpecText.Of(
            input: SpecText.Photo, layers: SpecText.Map.Replace("\"map\"", "§\"map\""), head: SpecText.Ten, loss: SpecText.Softmax, backbone: SpecText.Wrn));

    [Test]
    public void MapNotPossible_DoesNotReport() => Diagnose.DoesNotReport(DiagnosticRules.MapNotPossible, SpecText.Of(layers: SpecText.Map));

    [TestCase(SpecText.Vectors, "[17]", 17, 16, "length")]
    [TestCase(SpecText.Mosaic, "[5, 4]", 5, 4, "height")]
    [TestCase(SpecText.Mosaic, "[4, 6]", 6, 4, "width")]
    public void WindowLargerThanMap_Reports(string input, string window, int size, int map, string side) => Diagnose.Reports(
        DiagnosticRules.WindowLargerThanMap, "model.layers[1].window",
        $"The window {side} of {size} exceeds the {side} of {map} of the map below. Use a window {side} of 1 to {map}.",
        SpecText.Of(input: input, layers: $$"""{{SpecText.Map}}, { "routing": "dense", "neuronsPerExpert": 20, "window": §{{window}} }"""));

    [TestCase(SpecText.Vectors, "16")]
    [TestCase(SpecText.Mosaic, "[4, 4]")]
    public void WindowLargerThanMap_DoesNotReport(string input, string window) => Diagnose.DoesNotReport(
        DiagnosticRules.WindowLargerThanMap,
        SpecText.Of(input: input, layers: $$"""{{SpecText.Map}}, { "routing": "dense", "neuronsPerExpert": 20, "window": {{window}} }"""));

    [TestCase(SpecText.Vectors, "4", 4, "length")]
    [TestCase(SpecText.Mosaic, "[3, 2]", 2, "width")]
    public void EvenWindow_Reports(string input, string window, int size, string side) => Diagnose.Reports(
        DiagnosticRules.EvenWindow, "model.layers[1].window",
        $"The padding 'same' puts a window around each position, so its {side} is odd, not {size}. Use an odd {side}, or the padding 'valid'.",
        SpecText.Of(input: input, layers: $$"""{{SpecText.Map}}, { "routing": "dense", "neuronsPerExpert": 20, "padding": "same", "window": §{{window}} }"""));

    [TestCase(SpecText.Vectors, "5")]
    [TestCase(SpecText.Mosaic, "[3, 5]")]
    public void EvenWindow_DoesNotReport(string input, string window) => Diagnose.DoesNotReport(
        DiagnosticRules.EvenWindow,
        SpecText.Of(input: input, layers: $$"""{{SpecText.Map}}, { "routing": "dense", "neuronsPerExpert": 20, "padding": "same", "window": {{window}} }"""));

    [TestCase("\"window\": 3", "window")]
    [TestCase("\"stride\": 2", "stride")]
    [TestCase("\"padding\": \"same\"", "padding")]
    public void WindowWithoutMap_Reports(string text, string field) => Diagnose.Reports(
        DiagnosticRules.WindowWithoutMap, $"model.layers[0].{field}",
        $"The field '{field}' cuts the map of the layer below, but the lowest layer has none below; 'patch' and 'stride' of the input cut an image. Remove it.",
        SpecText.Of(layers: $$"""{ "routing": "dense", "neuronsPerExpert": 20, §{{text}} }"""));

    [Test]
    public void WindowWithoutMap_ReportsGroups() => Diagnose.Reports(
        DiagnosticRules.WindowWithoutMap, "model.layers[1].window",
        "The field 'window' cuts the map of the layer below, but the patches of this layer are the outputs of groups. Remove it.",
        SpecText.Of(input: Groups, layers: $$"""{{SpecText.Layer}}, { "routing": "dense", "neuronsPerExpert": 20, §"window": 3 }"""));

    [Test]
    public void WindowWithoutMap_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.WindowWithoutMap,
        SpecText.Of(layers: $$"""{{SpecText.Map}}, { "routing": "dense", "neuronsPerExpert": 20, "window": 3, "stride": 2 }"""));

    /// <summary>l is compared with the windows of the map, not with the patches below.</summary>
    [Test]
    public void PatchesPerExpert_AreWindowsOfTheMap() => Diagnose.Reports(
        DiagnosticRules.TooManyPatchesPerExpert, "model.layers[1].patchesPerExpert",
        "An expert cannot take 8 patches: there are only 7. Use 1 to 7.",
        SpecText.Of(layers: $$"""{{SpecText.Map}}, { "experts": 2, "neuronsPerExpert": 20, "window": 3, "stride": 2, "patchesPerExpert": §8 }"""));

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
