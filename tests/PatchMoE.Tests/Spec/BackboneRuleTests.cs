namespace PatchMoE.Tests;

[TestFixture]
public sealed class BackboneRuleTests
{
    private static string Text(
        string input = SpecText.Photo, string backbone = SpecText.Wrn, string layers = SpecText.Gated, string head = SpecText.Ten, string loss = SpecText.Softmax,
        string? training = null) => SpecText.Of(input, layers, head, loss, training, backbone: backbone);

    [Test]
    public void BackboneNeedsImage_Reports() => Diagnose.Reports(
        DiagnosticRules.BackboneNeedsImage, "model.input.kind",
        "A backbone convolves an image, but the input is of kind 'vectors'. Use an input of kind 'image', or remove the backbone.",
        Text(input: """{ "kind": §"vectors", "patches": 16, "dimension": 64 }"""));

    [Test]
    public void BackboneNeedsImage_DoesNotReport() => Diagnose.DoesNotReport(DiagnosticRules.BackboneNeedsImage, Text());

    [TestCase("patch")]
    [TestCase("stride")]
    public void PatchesAreOfTheMap_Reports(string field) => Diagnose.Reports(
        DiagnosticRules.PatchesAreOfTheMap, $"model.input.{field}",
        $"With a backbone, patches are cut from its map rather than from the image, so the field '{field}' does not belong here. Move it to 'model.backbone', in pixels of the map.",
        Text(input: $$"""{ "kind": "image", "height": 32, "width": 32, §"{{field}}": 4 }"""));

    [Test]
    public void PatchesAreOfTheMap_DoesNotReport() => Diagnose.DoesNotReport(DiagnosticRules.PatchesAreOfTheMap, Text());

    [TestCase("patch", "1")]
    [TestCase("stride", "1")]
    [TestCase("output", "\"map\"")]
    public void FieldNeedsLayer_Reports(string field, string value) => Diagnose.Reports(
        DiagnosticRules.FieldNeedsLayer, $"model.backbone.{field}",
        $"The field '{field}' describes a pMoE layer on the backbone's map, but the model has no layer. Remove it, or add a layer to 'model.layers'.",
        Text(backbone: $$"""{ "kind": "wrn", §"{{field}}": {{value}} }""", layers: ""));

    [Test]
    public void FieldNeedsLayer_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.FieldNeedsLayer, Text(backbone: """{ "kind": "wrn" }""", layers: ""));

    [Test]
    public void LayerWithoutPatch_Reports() => Diagnose.Reports(
        DiagnosticRules.MissingField, "model.backbone",
        "The field 'patch' is missing. Add it: a patch's [height, width] in pixels of the map.",
        Text(backbone: """§{ "kind": "wrn" }"""));

    [TestCase("[9, 1]", "height", 9)]
    [TestCase("[1, 10]", "width", 10)]
    public void PatchLargerThanMap_Reports(string patch, string side, int size) => Diagnose.Reports(
        DiagnosticRules.PatchLargerThanMap, "model.backbone.patch",
        $"The patch {side} of {size} exceeds the map {side} of 8: the backbone turns an image of 32x32x3 into a map of 8x8x8. Use a patch {side} of 1 to 8, a larger image, or fewer widths.",
        Text(backbone: $$"""{ "kind": "wrn", "widths": [4, 6, 8], "patch": §{{patch}} }"""));

    [Test]
    public void PatchLargerThanMap_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.PatchLargerThanMap, Text(backbone: """{ "kind": "wrn", "widths": [4, 8], "patch": [9, 16], "stride": [7, 1] }"""));

    [Test]
    public void MapLeftOver_Reports() => Diagnose.Reports(
        DiagnosticRules.MapLeftOver, "model.backbone.patch",
        "No patch covers the last 2 columns of the 8x8x8 map. Change the patch or the stride.",
        Text(backbone: """{ "kind": "wrn", "widths": [4, 6, 8], "patch": §[1, 3] }"""));

    [Test]
    public void MapLeftOver_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.MapLeftOver, Text(backbone: """{ "kind": "wrn", "widths": [4, 6, 8], "patch": 2 }"""));

    [Test]
    public void PixelsBetweenPatchesOfTheMap_Report() => Diagnose.Reports(
        DiagnosticRules.PixelsBetweenPatches, "model.backbone.stride",
        "The stride of 7 exceeds the patch height of 1, so no patch covers the 6 rows between two patches. Use a stride of 1 to 1.",
        Text(backbone: """{ "kind": "wrn", "patch": 1, "stride": §[7, 1] }"""));

    [Test]
    public void TooManyPatchesPerExpert_CountsThoseOfTheMap() => Diagnose.Reports(
        DiagnosticRules.TooManyPatchesPerExpert, "model.layers[0].patchesPerExpert",
        "An expert cannot take 65 patches: there are only 64. Use 1 to 64.",
        Text(layers: """{ "experts": 2, "patchesPerExpert": §65, "neuronsPerExpert": 20, "gate": "sigmoid" }"""));

    [Test]
    public void BackboneNeedsLinearHead_Reports() => Diagnose.Reports(
        DiagnosticRules.BackboneNeedsLinearHead, "model.head.kind",
        "A backbone is trained together with its head, but this head is fixed. Use a head of kind 'linear'.",
        Text(head: """{ "kind": §"fixed" }""", loss: SpecText.Logistic));

    [Test]
    public void BackboneNeedsLinearHead_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.BackboneNeedsLinearHead, Text(head: """{ "kind": "linear", "outputs": 1 }""", loss: SpecText.Logistic));

    [TestCase(SpecText.Gated, SpecText.Wrn)]
    [TestCase("", """{ "kind": "wrn" }""")]
    public void SeparateWithBackbone_Reports(string layers, string backbone) => Diagnose.Reports(
        DiagnosticRules.SeparateWithBackbone, "training.method",
        "The method 'separate' trains routers on fixed patches, but a backbone's patches change as it learns. Use the method 'joint'.",
        Text(layers: layers, backbone: backbone, training: """{ "method": §"separate" }"""));

    [Test]
    public void SeparateWithBackbone_DoesNotReport() => Diagnose.DoesNotReport(DiagnosticRules.SeparateWithBackbone, Text(training: """{ "method": "joint" }"""));

    [TestCase("[160]", 1)]
    [TestCase("[1, 2, 3, 4, 5, 6, 7]", 7)]
    public void NumberOfWidths_Reports(string widths, int count) => Diagnose.Reports(
        DiagnosticRules.WrongCount, "model.backbone.widths",
        $"The array must have 2 to 6 widths, one per group, but it has {count}. Write 2 to 6 widths, one per group.",
        Text(backbone: $$"""{ "kind": "wrn", "widths": §{{widths}}, "patch": 1 }"""));

    [TestCase("[2000000000, 2000000000]", "All filters of the backbone together would hold")]
    [TestCase("[9000, 9000]", "All filters of the backbone together would hold")]
    public void HugeBackbone_Reports(string widths, string text)
    {
        SpecResult result = SpecReader.Read(Text(backbone: $$"""{ "kind": "wrn", "widths": {{widths}}, "patch": 1 }"""), "a.json");
        Assert.That(result.Diagnostics.Single().Rule, Is.EqualTo(DiagnosticRules.TooLarge));
        Assert.That(result.Diagnostics.Single().Message, Does.Contain(text));
    }

    [Test]
    public void PoolingOfAMap_Warns() => Diagnose.Reports(
        DiagnosticRules.FieldWithoutEffect, "model.layers[0].pooling",
        "The field 'pooling' has no effect with the output 'map' of the backbone. Remove it, or use the output 'features'.",
        Text(
            backbone: """{ "kind": "wrn", "patch": 1, "output": "map" }""",
            layers: """{ "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 3, "gate": "sigmoid", §"pooling": "all" }"""));

    [Test]
    public void InitWithoutLayer_Warns() => Diagnose.Reports(
        DiagnosticRules.FieldWithoutEffect, "training.init.router",
        "The field 'router' has no effect with no pMoE layer. Remove it, or use one.",
        Text(backbone: """{ "kind": "wrn" }""", layers: "", training: """{ "init": { §"router": 0.1 } }"""));
}
