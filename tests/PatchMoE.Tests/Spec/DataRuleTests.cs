namespace PatchMoE.Tests;

[TestFixture]
public sealed class DataRuleTests
{
    [Test]
    public void SameClassTwice_Reports() => Diagnose.Reports(
        DiagnosticRules.SameClassTwice, "data.negative",
        "The positive and the negative class are both 1. Use two different classes.",
        SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic", "negative": §1 }"""));

    [Test]
    public void SameClassTwice_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.SameClassTwice, SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic" }"""));

    [Test]
    public void ClassIsIrrelevant_Reports() => Diagnose.Reports(
        DiagnosticRules.ClassIsIrrelevant, "data.irrelevant[2]",
        "0 is the negative class, so it cannot be irrelevant as well. Choose 'irrelevant' without it.",
        SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic", "irrelevant": [2, 3, §0] }"""));

    [Test]
    public void ClassIsIrrelevant_OfTheDefaultReportsAtTheClass() => Diagnose.Reports(
        DiagnosticRules.ClassIsIrrelevant, "data.positive",
        "7 is the positive class, so it cannot be irrelevant as well. Choose 'irrelevant' without it.",
        SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic", "positive": §7 }"""));

    [Test]
    public void ClassIsIrrelevant_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.ClassIsIrrelevant,
        SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic", "positive": 7, "irrelevant": [1, 2] }"""));

    [TestCase("""{ "kind": "image", "height": 112, "width": 112, "channels": 3, "patch": 28 }""", "112x112x3")]
    [TestCase("""{ "kind": "image", "height": 84, "width": 112, "patch": 28 }""", "84x112x1")]
    [TestCase(SpecText.Vectors, "vectors")]
    public void MosaicSizeDiffers_Reports(string input, string described) => Diagnose.Reports(
        DiagnosticRules.MosaicSizeDiffers, "data.grid",
        $"A 4x4 grid of 28x28 digits is an image of 112x112x1, but the model's input is {described}. Change the grid or the model's input.",
        SpecText.Of(input: input, data: """{ "kind": "mosaic", "grid": §[4, 4] }"""));

    [TestCase(112, 112, 14, "4")]
    [TestCase(28, 84, 28, "[1, 3]")]
    public void MosaicSizeDiffers_DoesNotReport(int height, int width, int patch, string grid) => Diagnose.DoesNotReport(
        DiagnosticRules.MosaicSizeDiffers,
        SpecText.Of(
            input: $$"""{ "kind": "image", "height": {{height}}, "width": {{width}}, "patch": {{patch}} }""",
            data: $$"""{ "kind": "mosaic", "grid": {{grid}} }"""));

    [TestCase(SpecText.Mosaic, "mosaic")]
    [TestCase(SpecText.Vectors, "synthetic")]
    [TestCase(SpecText.Vectors, "bags")]
    public void DataNeedTwoClasses_Reports(string input, string kind) => Diagnose.Reports(
        DiagnosticRules.DataNeedTwoClasses, "data.kind",
        $"Data of kind '{kind}' has 2 classes, but the model distinguishes 10. Use the loss 'logistic', or 'softmaxCrossEntropy' with 2 outputs.",
        SpecText.Of(input: input, head: SpecText.Ten, loss: SpecText.Softmax, data: $$"""{ "kind": §"{{kind}}" }"""));

    [TestCase("""{ "kind": "linear", "outputs": 2 }""", SpecText.Softmax)]
    [TestCase("""{ "kind": "linear", "outputs": 1 }""", SpecText.Logistic)]
    public void DataNeedTwoClasses_DoesNotReport(string head, string loss) => Diagnose.DoesNotReport(
        DiagnosticRules.DataNeedTwoClasses, SpecText.Of(head: head, loss: loss, data: """{ "kind": "synthetic" }"""));

    [Test]
    public void ImageSizeDiffers_Reports() => Diagnose.Reports(
        DiagnosticRules.ImageSizeDiffers, "data.kind",
        "The source's images are 28x28x1, but the model's input is vectors. Use an image input of height 28, width 28 and 1 channel.",
        SpecText.Of(head: SpecText.Ten, loss: SpecText.Softmax, data: """{ "kind": §"images", "source": "fashion-mnist" }"""));

    [Test]
    public void ImageSizeDiffers_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.ImageSizeDiffers,
        SpecText.Of(input: SpecText.Digit, head: SpecText.Ten, loss: SpecText.Softmax, data: """{ "kind": "images" }"""));

    [Test]
    public void ImagesNeedTenOutputs_Reports() => Diagnose.Reports(
        DiagnosticRules.ImagesNeedTenOutputs, "data.kind",
        "The source's images have 10 classes, but the model distinguishes 2. Use a linear head with 10 outputs and the loss 'softmaxCrossEntropy'.",
        SpecText.Of(input: SpecText.Digit, data: """{ "kind": §"images" }"""));

    [Test]
    public void ImagesNeedTenOutputs_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.ImagesNeedTenOutputs,
        SpecText.Of(input: SpecText.Digit, head: SpecText.Ten, loss: SpecText.Softmax, data: """{ "kind": "images", "train": 60001 }"""));

    [Test]
    public void DataNeedVectors_Reports() => Diagnose.Reports(
        DiagnosticRules.DataNeedVectors, "data.kind",
        "Samples of kind 'synthetic' are vectors on a single level, but the model's input is vectors in groups. "
        + "Use an input of kind 'vectors' without 'groups'.",
        SpecText.Of(
            input: """{ "kind": "vectors", "patches": 12, "dimension": 20, "groups": [6] }""",
            layers: $"{SpecText.Layer}, {SpecText.Layer}",
            data: """{ "kind": §"synthetic" }"""));

    [Test]
    public void DataNeedVectors_DoesNotReport() =>
        Diagnose.DoesNotReport(DiagnosticRules.DataNeedVectors, SpecText.Of(data: """{ "kind": "synthetic" }"""));

    [Test]
    public void PicturesNeedImage_Reports() => Diagnose.Reports(
        DiagnosticRules.PicturesNeedImage, "data.kind",
        "Data of kind 'folder' are pictures, but the model's input is 28x28x2. Use an input of kind 'image' with 1 channel (grey) or 3 (colour).",
        SpecText.Of(
            input: """{ "kind": "image", "height": 28, "width": 28, "channels": 2, "patch": 7 }""",
            data: """{ "kind": §"folder", "path": "photos" }"""));

    [Test]
    public void PicturesNeedImage_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.PicturesNeedImage, SpecText.Of(input: SpecText.Digit, data: """{ "kind": "folder", "path": "photos" }"""));

    [TestCase("""["a"]""", "there are 1 names")]
    [TestCase("""["a", " "]""", "one is empty")]
    [TestCase("""["a", "a"]""", "a is there twice")]
    public void ClassNamesDiffer_Reports(string classes, string mistake) => Diagnose.Reports(
        DiagnosticRules.ClassNamesDiffer, "data.classes",
        $"The model distinguishes 2 classes, each with its own name, but {mistake}. Give 2 different names, in the order of the labels, or leave 'classes' out.",
        SpecText.Of(data: $$"""{ "kind": "synthetic", "classes": §{{classes}} }"""));

    [Test]
    public void ClassNamesDiffer_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.ClassNamesDiffer, SpecText.Of(data: """{ "kind": "synthetic", "classes": ["no", "yes"] }"""));

    /// <summary>What a spec leaves out of the preparation, and what it says.</summary>
    [TestCase("", true, null)]
    [TestCase(""", "normalize": false, "augment": false""", false, null)]
    [TestCase(""", "augment": true""", true, "True 3 1 0")]
    [TestCase(""", "augment": { "shift": 2, "crop": 0.8, "brightness": 0.1 }""", true, "False 2 0.8 0.1")]
    public void PreparationIsRead(string fields, bool normalize, string? augment)
    {
        DataSpec data = SpecReader.Read(SpecText.Of(input: SpecText.Digit, data: $$"""{ "kind": "folder", "path": "photos"{{fields}} }"""), "x.json").Spec!.Data!;
        string? read = data.Augment is { } a ? FormattableString.Invariant($"{a.Flip} {a.Shift} {a.Crop} {a.Brightness}") : null;
        Assert.That((data.Normalize, read), Is.EqualTo((normalize, augment)));
    }

    [TestCase("0", "0")]
    [TestCase("\"species\"", "species")]
    public void AColumnIsANameOrANumber(string label, string expected)
    {
        SpecResult result = SpecReader.Read(SpecText.Of(data: $$"""{ "kind": "csv", "file": "t.csv", "label": {{label}} }"""), "x.json");
        Assert.That(((CsvDataSpec)result.Spec!.Data!).Label, Is.EqualTo(expected));
    }

    [TestCase("train")]
    [TestCase("test")]
    public void OddSampleCount_Reports(string field) => Diagnose.Reports(
        DiagnosticRules.OddSampleCount, $"data.{field}",
        "33 samples cannot be split evenly between the two classes. Use an even number.",
        SpecText.Of(input: SpecText.Mosaic, data: $$"""{ "kind": "mosaic", "{{field}}": §33 }"""));

    /// <summary>Images come with their classes as they are.</summary>
    [Test]
    public void OddSampleCount_DoesNotReport() => Diagnose.DoesNotReport(
        DiagnosticRules.OddSampleCount,
        SpecText.Of(input: SpecText.Digit, head: SpecText.Ten, loss: SpecText.Softmax, data: """{ "kind": "images", "train": 33 }"""));

    [Test]
    public void CifarSizeDiffers_Reports() => Diagnose.Reports(
        DiagnosticRules.ImageSizeDiffers, "data.kind",
        "The source's images are 32x32x3, but the model's input is 28x28x1. Use an image input of height 32, width 32 and 3 channels.",
        SpecText.Of(input: SpecText.Digit, head: SpecText.Ten, loss: SpecText.Softmax, data: """{ "kind": §"cifar10" }"""));

    [Test]
    public void CifarOfOtherOutputs_Reports() => Diagnose.Reports(
        DiagnosticRules.ImagesNeedTenOutputs, "data.kind",
        "The source's images have 10 classes, but the model distinguishes 2. Use a linear head with 10 outputs and the loss 'softmaxCrossEntropy'.",
        SpecText.Of(
            input: SpecText.Photo, head: """{ "kind": "linear", "outputs": 1 }""", backbone: SpecText.Wrn, layers: SpecText.Gated, data: """{ "kind": §"cifar10" }"""));

    [Test]
    public void EmptySource_Reports() => Diagnose.Reports(
        DiagnosticRules.EmptyText, "data.source",
        "The path is empty. Write the path of a folder, relative to the spec file.",
        SpecText.Of(
            input: SpecText.Photo, head: SpecText.Ten, loss: SpecText.Softmax, backbone: SpecText.Wrn, layers: SpecText.Gated, data: """{ "kind": "cifar10", "source": §"" }"""));

    /// <summary>The data must fit the image before the backbone, not its map.</summary>
    [Test]
    public void Cifar_FitsTheImageOfABackbone() => Diagnose.DoesNotReport(
        DiagnosticRules.ImageSizeDiffers,
        SpecText.Of(
            input: SpecText.Photo, head: SpecText.Ten, loss: SpecText.Softmax, backbone: SpecText.Wrn, layers: SpecText.Gated,
            data: """{ "kind": "cifar10", "source": "x", "train": 10, "test": 20, "normalize": false, "augment": true }"""));

    [Test]
    public void BatchLargerThanCifar_Reports() => Diagnose.Reports(
        DiagnosticRules.BatchLargerThanData, "training.batch",
        "A batch of 20 exceeds the 10 training samples. Use a batch of 1 to 10, or more samples.",
        SpecText.Of(
            input: SpecText.Photo, head: SpecText.Ten, loss: SpecText.Softmax, backbone: SpecText.Wrn, layers: SpecText.Gated,
            training: """{ "batch": §20 }""", data: """{ "kind": "cifar10", "train": 10 }"""));

    [TestCase(8, 17)]
    [TestCase(2147483647, 4294967295)]
    public void TooManyDecoys_Reports(int decoys, long needed) => Diagnose.Reports(
        DiagnosticRules.TooManyDecoys, "data.decoys",
        $"{decoys} decoys of each kind and the discriminative patch are {needed} patches, but a sample has 16. Use 0 to 7 decoys, or more patches.",
        SpecText.Of(data: $$"""{ "kind": "synthetic", "decoys": §{{decoys}} }"""));

    [TestCase(0)]
    [TestCase(7)]
    public void TooManyDecoys_DoesNotReport(int decoys) =>
        Diagnose.DoesNotReport(DiagnosticRules.TooManyDecoys, SpecText.Of(data: $$"""{ "kind": "synthetic", "decoys": {{decoys}} }"""));

    [TestCase("""{ "positive": §1, "negative": 3 }""", "positive", "1 is the positive class")]
    [TestCase("""{ "positive": 2, "negative": §1 }""", "negative", "1 is the positive class")]
    [TestCase("""{ "positive": §0, "negative": 3 }""", "positive", "0 is the negative class")]
    public void SpuriousIsClass_Reports(string spurious, string field, string mistake) => Diagnose.Reports(
        DiagnosticRules.SpuriousIsClass, $"data.spurious.{field}",
        $"{mistake}, so it decides the class and cannot be spurious. Use a digit that is neither the positive nor the negative class.",
        SpecText.Of(input: SpecText.Mosaic, data: $$"""{ "kind": "mosaic", "spurious": {{spurious}} }"""));

    [Test]
    public void TheSameSpuriousDigitTwice_Reports() => Diagnose.Reports(
        DiagnosticRules.SameClassTwice, "data.spurious.negative",
        "The positive and the negative class are both 2. Use two different classes.",
        SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic", "spurious": { "positive": 2, "negative": §2 } }"""));

    [TestCase("0")]
    [TestCase("1.01")]
    public void SpuriousShare_IsAboveZeroAndAtMostOne(string share) => Diagnose.Reports(
        DiagnosticRules.OutOfRange, "data.spurious.share",
        $"{share} is out of range; the field takes a value above 0 and at most 1. Use a value in this range, for example 0.1.",
        SpecText.Of(input: SpecText.Mosaic, data: $$"""{ "kind": "mosaic", "spurious": { "positive": 2, "negative": 3, "share": §{{share}} } }"""));

    [Test]
    public void NoCellForSpurious_Reports() => Diagnose.Reports(
        DiagnosticRules.NoCellForSpurious, "data.spurious",
        "A spurious digit takes an irrelevant cell, but in a 1x1 grid the only cell is that of the class digit. Use a larger grid, or leave 'spurious' out.",
        SpecText.Of(input: SpecText.Digit, data: """{ "kind": "mosaic", "grid": 1, "spurious": §{ "positive": 2, "negative": 3 } }"""));

    [Test]
    public void SpuriousDigits_AreRead()
    {
        string json = SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic", "spurious": { "positive": 2, "negative": 3, "share": 1 } }""");
        DiagnosticRule[] rules = [DiagnosticRules.SpuriousIsClass, DiagnosticRules.NoCellForSpurious];
        Assert.Multiple(() =>
        {
            foreach (DiagnosticRule rule in rules)
            {
                Diagnose.DoesNotReport(rule, json);
            }

            Assert.That(((MosaicDataSpec)SpecText.Read(json).Data!).Spurious, Is.EqualTo(new SpuriousDigitsSpec(2, 3, 1)));
        });
    }
}
