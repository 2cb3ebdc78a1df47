namespace PatchMoE.Tests;

[TestFixture]
public sealed class SizeRuleTests
{
    [TestCase("0", "1 or more")]
    [TestCase("-3", "1 or more")]
    [TestCase("2147483648", "1 to 2147483647")]
    [TestCase("99999999999", "1 to 2147483647")]
    [TestCase("1e999", "1 to 2147483647")]
    [TestCase("-1e999", "1 or more")]
    public void OutOfRange_Reports(string value, string range) => Diagnose.Reports(
        DiagnosticRules.OutOfRange, "model.layers[0].experts",
        $"{value} is out of range; the field takes {range}. Use a value in this range, for example 1.",
        SpecText.Of(layers: $$"""{ "experts": §{{value}}, "patchesPerExpert": 2, "neuronsPerExpert": 20 }"""));

    [Test]
    public void OutOfRange_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.OutOfRange, SpecText.Of(layers: """{ "experts": 1, "patchesPerExpert": 1, "neuronsPerExpert": 1 }"""));

    [TestCase("learningRate", "0")]
    [TestCase("learningRate", "1e39")]
    [TestCase("momentum", "1")]
    [TestCase("beta1", "-0.1")]
    [TestCase("beta2", "1.0")]
    [TestCase("epsilon", "0")]
    [TestCase("weightDecay", "-1e-9")]
    public void OutOfRange_OfAnOptimizersNumberReports(string field, string value)
    {
        string json = SpecText.Of(layers: SpecText.Gated, training: $$"""{ "optimizer": { "{{field}}": {{value}} } }""");
        Assert.That(
            SpecReader.Read(json, "a.json").Diagnostics.Where(diagnostic => diagnostic.Rule.Level == DiagnosticLevel.Error),
            Has.One.Matches<SpecDiagnostic>(diagnostic => diagnostic!.Rule == DiagnosticRules.OutOfRange && diagnostic.Path == $"training.optimizer.{field}"));
    }

    [TestCase("""{ "batch": 0 }""", "training.batch")]
    [TestCase("""{ "epochs": 0 }""", "training.epochs")]
    [TestCase("""{ "seed": -1 }""", "training.seed")]
    [TestCase("""{ "schedule": { "kind": "step", "factor": 0 } }""", "training.schedule.factor")]
    [TestCase("""{ "schedule": { "kind": "step", "factor": 1.01 } }""", "training.schedule.factor")]
    [TestCase("""{ "schedule": { "kind": "step", "every": 0 } }""", "training.schedule.every")]
    [TestCase("""{ "schedule": { "warmup": -1 } }""", "training.schedule.warmup")]
    [TestCase("""{ "init": { "router": -0.1 } }""", "training.init.router")]
    public void OutOfRange_OfATrainingsNumberReports(string training, string path)
    {
        SpecDiagnostic diagnostic = SpecReader.Read(SpecText.Of(layers: SpecText.Gated, training: training), "a.json").Diagnostics.Single();
        Assert.That((diagnostic.Rule, diagnostic.Path), Is.EqualTo((DiagnosticRules.OutOfRange, path)));
    }

    [Test]
    public void TooManyPatchesPerExpert_Reports() => Diagnose.Reports(
        DiagnosticRules.TooManyPatchesPerExpert, "model.layers[0].patchesPerExpert",
        "An expert cannot take 17 patches: there are only 16. Use 1 to 16.",
        SpecText.Of(input: SpecText.Mosaic, layers: """{ "experts": 2, "patchesPerExpert": §17, "neuronsPerExpert": 20 }"""));

    [Test]
    public void TooManyPatchesPerExpert_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.TooManyPatchesPerExpert, SpecText.Of(layers: """{ "experts": 2, "patchesPerExpert": 16, "neuronsPerExpert": 20 }"""));

    /// <summary>The groups of a level are the patches of the next; the last entry belongs to the second level.</summary>
    [Test]
    public void TooManyPatchesPerExpert_OfAnUpperLevelReports() => Diagnose.Reports(
        DiagnosticRules.TooManyPatchesPerExpert, "model.layers[1].patchesPerExpert",
        "An expert cannot take 6 patches: there are only 5. Use 1 to 5.",
        SpecText.Of(
            input: """{ "kind": "vectors", "patches": 16, "dimension": 64, "groups": [7, 5] }""",
            layers: $$"""{{SpecText.Layer}}, { "experts": 2, "patchesPerExpert": §6, "neuronsPerExpert": 20 }, {{SpecText.Layer}}"""));

    /// <summary>A wrong input leaves the number of patches unknown; that is not a second mistake.</summary>
    [Test]
    public void TooManyPatchesPerExpert_OfAWrongPatchIsNotReported() => Diagnose.Reports(
        DiagnosticRules.WrongType, "model.input.patch",
        "Expected [height, width] or one number for both, found the text '28'. Write [height, width] or one number for both, for example [28, 28].",
        SpecText.Of(
            input: """{ "kind": "image", "height": 112, "width": 112, "patch": §"28" }""",
            layers: """{ "experts": 2, "patchesPerExpert": 1000, "neuronsPerExpert": 20 }"""));

    [Test]
    public void PatchLargerThanImage_Reports() => Diagnose.Reports(
        DiagnosticRules.PatchLargerThanImage, "model.input.patch",
        "The patch height of 113 pixels exceeds the image height of 112. Use a patch height of 1 to 112.",
        SpecText.Of(input: """{ "kind": "image", "height": 112, "width": 113, "patch": §113 }""", layers: SpecText.Dense));

    [Test]
    public void PatchLargerThanImage_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.PatchLargerThanImage,
        SpecText.Of(input: """{ "kind": "image", "height": 112, "width": 113, "patch": [112, 113] }""", layers: SpecText.Dense));

    [Test]
    public void PixelsLeftOver_Reports() => Diagnose.Reports(
        DiagnosticRules.PixelsLeftOver, "model.input.patch",
        "No patch covers the last 1 column of the image. Crop the image to a width of 112, or change the patch or the stride.",
        SpecText.Of(input: """{ "kind": "image", "height": 112, "width": 113, "patch": §28 }"""));

    [Test]
    public void PixelsLeftOver_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.PixelsLeftOver, SpecText.Of(input: """{ "kind": "image", "height": 19, "width": 23, "patch": 5, "stride": 2 }"""));

    [Test]
    public void PixelsBetweenPatches_Reports() => Diagnose.Reports(
        DiagnosticRules.PixelsBetweenPatches, "model.input.stride",
        "The stride of 3 exceeds the patch width of 2, so no patch covers the 1 column between two patches. Use a stride of 1 to 2.",
        SpecText.Of(input: """{ "kind": "image", "height": 4, "width": 5, "patch": 2, "stride": §[2, 3] }"""));

    /// <summary>With one row and one column of patches there is nothing between them.</summary>
    [Test]
    public void PixelsBetweenPatches_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.PixelsBetweenPatches,
        SpecText.Of(input: """{ "kind": "image", "height": 4, "width": 4, "patch": 4, "stride": 9 }""", layers: SpecText.Dense));

    [Test]
    public void EveryPatchChosen_Reports() => Diagnose.Reports(
        DiagnosticRules.EveryPatchChosen, "model.layers[0].patchesPerExpert",
        "Each expert takes all 16 patches, so the router has nothing to choose. Use fewer patches per expert, or the routing 'dense'.",
        SpecText.Of(layers: """{ "experts": 2, "patchesPerExpert": §16, "neuronsPerExpert": 20 }"""));

    [Test]
    public void EveryPatchChosen_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.EveryPatchChosen, SpecText.Of(layers: """{ "experts": 2, "patchesPerExpert": 15, "neuronsPerExpert": 20 }"""));

    [Test]
    public void TooLarge_Reports() => Diagnose.Reports(
        DiagnosticRules.TooLarge, "model.layers[0]",
        "The tensor 'layers.0.experts.weight' would hold 4294967296 values; the limit is 1073741824. Use fewer experts, neurons or smaller patches.",
        SpecText.Of(layers: """§{ "experts": 65536, "patchesPerExpert": 2, "neuronsPerExpert": 1024 }"""));

    /// <summary>Exactly the limit of one sample.</summary>
    [Test]
    public void TooLarge_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.TooLarge,
        SpecText.Of(input: """{ "kind": "vectors", "patches": 1073741824, "dimension": 1 }""", layers: """{ "routing": "dense", "neuronsPerExpert": 1 }"""));

    [TestCase("""{ "kind": "vectors", "patches": 1073741825, "dimension": 1 }""")]
    [TestCase("""{ "kind": "vectors", "patches": 2147483647, "dimension": 2147483647, "groups": [2147483647, 2147483647] }""")]
    [TestCase("""{ "kind": "image", "height": 2147483647, "width": 2147483647, "channels": 2147483647, "patch": 1 }""")]
    [TestCase("""{ "kind": "image", "height": 46341, "width": 46341, "channels": 1, "patch": 1 }""")]
    public void TooLarge_OfOneSampleReports(string input)
    {
        SpecDiagnostic diagnostic = SpecReader.Read(SpecText.Of(input: input, layers: SpecText.Dense), "a.json").Diagnostics.Single();
        Assert.That((diagnostic.Rule, diagnostic.Path, diagnostic.Arguments[0]), Is.EqualTo((DiagnosticRules.TooLarge, "model.input", "One sample")));
    }

    [TestCase(1 << 20, 1, """{ "experts": 2048, "patchesPerExpert": 1, "neuronsPerExpert": 1 }""", "The scores of one sample")]
    [TestCase(1 << 20, 1, """{ "routing": "dense", "experts": 64, "neuronsPerExpert": 32 }""", "The neurons' values for one sample")]
    [TestCase(1, 1, """{ "routing": "dense", "experts": 2147483647, "neuronsPerExpert": 2147483647 }""", "The tensor 'layers.0.experts.weight'")]
    [TestCase(1, 1 << 20, """{ "experts": 1024, "patchesPerExpert": 1, "neuronsPerExpert": 1 }""", "All weights together")]
    public void TooLarge_OfALayerReports(int patches, int dimension, string layer, string what)
    {
        string json = SpecText.Of(input: $$"""{ "kind": "vectors", "patches": {{patches}}, "dimension": {{dimension}} }""", layers: layer);
        IEnumerable<SpecDiagnostic> errors = SpecReader.Read(json, "a.json").Diagnostics.Where(diagnostic => diagnostic.Rule.Level == DiagnosticLevel.Error);
        Assert.That(errors.Select(diagnostic => (diagnostic.Rule, diagnostic.Arguments[0])), Is.EqualTo(new[] { (DiagnosticRules.TooLarge, what) }));
    }

    [Test]
    public void TooLarge_OfTheHeadReports()
    {
        string json = SpecText.Of(head: """{ "kind": "linear", "outputs": 2147483647 }""", loss: SpecText.Softmax);
        SpecDiagnostic diagnostic = SpecReader.Read(json, "a.json").Diagnostics.Single();
        Assert.That((diagnostic.Path, diagnostic.Arguments[0]), Is.EqualTo(("model.head", "The tensor 'head.weight'")));
    }
}
