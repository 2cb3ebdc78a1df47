namespace PatchMoE.Tests;

[TestFixture]
public sealed class SpecReaderTests
{
    [Test]
    public void OmittedFieldsOfAModel_HaveTheirDefaults()
    {
        ModelSpec model = SpecText.Read(SpecText.Of(input: SpecText.Mosaic)).Model;
        Assert.Multiple(() =>
        {
            Assert.That(model.Input, Is.EqualTo(new ImageInputSpec(112, 112, 1, 28, 28, 28, 28)));
            Assert.That(model.Layers, Is.EqualTo(new[] { new LayerSpec(Routing.ExpertChoice, 2, 20, 2, Gate.None, Pooling.Selected) }));
            Assert.That(model.Head, Is.EqualTo(new HeadSpec(HeadKind.Fixed, 1, HeadWeights.Gaussian)));
            Assert.That(model.Loss, Is.EqualTo(Loss.Logistic));
        });
    }

    [Test]
    public void ALinearHead_HasABias() =>
        Assert.That(SpecText.Read(SpecText.Of(head: SpecText.Ten, loss: SpecText.Softmax)).Model.Head, Is.EqualTo(new HeadSpec(HeadKind.Linear, 10, Bias: true)));

    [Test]
    public void ADenseLayer_HasOneExpert() =>
        Assert.That(SpecText.Read(SpecText.Of(layers: SpecText.Dense)).Model.Layers[0], Is.EqualTo(new LayerSpec(Routing.Dense, 1, 20)));

    [Test]
    public void AnEmptyTrainingSection_IsTheDefault() =>
        Assert.That(SpecText.Read(SpecText.Of(layers: SpecText.Gated, training: "{}")).Training, Is.EqualTo(TrainingSpec.Default));

    [Test]
    public void AbsentSections_AreNull()
    {
        PatchMoESpec spec = SpecText.Read(SpecText.Of());
        Assert.That((spec.Training, spec.Data), Is.EqualTo(((TrainingSpec?)null, (DataSpec?)null)));
    }

    private static IEnumerable<TestCaseData> DataDefaults =>
    [
        new(SpecText.Of(input: SpecText.Mosaic, data: """{ "kind": "mosaic" }"""),
            new MosaicDataSpec("mnist", 1, 0, EquatableArray.Of(2, 3, 4, 5, 6, 7, 8, 9), 4, 4, 1000, 1000)),
        new(SpecText.Of(input: SpecText.Digit, head: SpecText.Ten, loss: SpecText.Softmax, data: """{ "kind": "images" }"""),
            new ImagesDataSpec("mnist", 1000, 1000)),
        new(SpecText.Of(data: """{ "kind": "synthetic" }"""), new SyntheticDataSpec(16, 0, 0.1, 1000, 1000)),
        new(SpecText.Of(data: """{ "kind": "bags" }"""), new BagsDataSpec("mnist", 9, 10, 2, 1000, 1000)),
    ];

    [TestCaseSource(nameof(DataDefaults))]
    public void OmittedFieldsOfData_HaveTheirDefaults(string json, DataSpec expected) => Assert.That(SpecText.Read(json).Data, Is.EqualTo(expected));

    [Test]
    public void EveryFieldOfTraining_IsRead()
    {
        string json = SpecText.Of(head: SpecText.Ten, loss: SpecText.Softmax, layers: SpecText.Gated, training: """
            { "method": "joint", "epochs": 3, "batch": 7, "shares": 3, "seed": 11,
              "optimizer": { "kind": "adamW", "learningRate": 0.25, "beta1": 0.5, "beta2": 0.75, "epsilon": 1e-3, "weightDecay": 0.125 },
              "schedule": { "kind": "step", "warmup": 2, "every": 4, "factor": 0.5 },
              "init": { "router": 0.1, "experts": 0.2, "head": 0.3 },
              "seeds": 5, "validation": 0.25, "keepBest": true, "patience": 9, "classWeights": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10.5] }
            """);
        Assert.That(SpecText.Read(json).Training, Is.EqualTo(new TrainingSpec(
            TrainingMethod.Joint, 3, TrainingSpec.Default.RouterEpochs, 7,
            new OptimizerSpec(OptimizerKind.AdamW, 0.25, OptimizerSpec.Default.Momentum, 0.5, 0.75, 1e-3, 0.125),
            new ScheduleSpec(ScheduleKind.Step, 2, 4, 0.5),
            new InitSpec(0.1, 0.2, 0.3),
            11)
        {
            Shares = 3,
            Seeds = 5,
            Validation = 0.25,
            KeepBest = true,
            Patience = 9,
            ClassWeights = new ClassWeightsSpec(EquatableArray.Of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10.5)),
        }));
    }

    [Test]
    public void HeightComesBeforeWidth()
    {
        var input = (ImageInputSpec)SpecText.Read(SpecText.Of(
            input: """{ "kind": "image", "height": 12, "width": 30, "channels": 3, "patch": [4, 6], "stride": [2, 3] }""")).Model.Input;
        Assert.That(input, Is.EqualTo(new ImageInputSpec(12, 30, 3, 4, 6, 2, 3)));
    }

    [TestCase("specs/mnist-joint.json", "mnist-joint")]
    [TestCase("C:\\specs\\a.b.json", "a.b")]
    [TestCase("net", "net")]
    public void WithoutAName_TheSpecHasItsFiles(string file, string name) => Assert.That(SpecReader.Read(SpecText.Of(), file).Spec?.Name, Is.EqualTo(name));

    /// <summary>The generator builds nodes from attributes; they are read in the same way.</summary>
    [Test]
    public void NodesMadeByHand_AreReadLikeJson()
    {
        var place = new SourceSpan("Net.cs", 40, 5, 3, 4, 3, 9);
        SpecNode Object(params (string Name, SpecNode Value)[] fields) =>
            new SpecObject(place, fields.Select(field => new SpecField(field.Name, place, field.Value)).ToEquatableArray());
        SpecNode Int(int value) => new SpecNumber(place, value, value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        SpecNode Text(string value) => new SpecString(place, value);
        SpecNode Root(int taken) => Object(("model", Object(
            ("input", Object(("kind", Text("vectors")), ("patches", Int(16)), ("dimension", Int(64)))),
            ("layers", new SpecArray(place, EquatableArray.Of(Object(("experts", Int(2)), ("patchesPerExpert", Int(taken)), ("neuronsPerExpert", Int(20)))))),
            ("head", Object(("kind", Text("fixed")))),
            ("loss", Text("logistic")))));

        SpecDiagnostic diagnostic = SpecReader.Read(Root(17), "Net").Diagnostics.Single();
        Assert.Multiple(() =>
        {
            Assert.That(SpecReader.Read(Root(2), "Net").Spec, Is.EqualTo(SpecText.Read(SpecText.Of()) with { Name = "Net" }));
            Assert.That(diagnostic.Span, Is.EqualTo(place));
            Assert.That(diagnostic.ToString(), Is.EqualTo(
                "Net.cs(4,5): error PMOE011: model.layers[0].patchesPerExpert: An expert cannot take 17 patches: there are only 16. Use 1 to 16."));
        });
    }

    [Test]
    public void ReadingTwice_GivesEqualResults()
    {
        const string Json = """{ "name": "a", "modell": 3 }""";
        SpecResult first = SpecReader.Read(Json, "a.json");
        SpecResult second = SpecReader.Read(Json, "a.json");
        Assert.That(second, Is.EqualTo(first));
    }
}
