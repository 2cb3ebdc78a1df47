namespace PatchMoE.Tests;

[TestFixture]
public sealed class SpecWriterTests
{
    private static readonly double[] Scales = [0.1, 1.0 / 3, 0.30000000000000004, 1e-8, 5e-324, 0.99999999999999989];

    [Test]
    public void Text_IsCanonical()
    {
        PatchMoESpec spec = SpecText.Read(SpecText.Of(
            layers: SpecText.Gated, training: """{ "init": { "router": 1e-4 } }""", data: """{ "kind": "synthetic" }"""));
        Assert.That(SpecWriter.ToJson(spec), Is.EqualTo("""
            {
              "name": "example",
              "model": {
                "input": { "kind": "vectors", "patches": 16, "dimension": 64, "groups": [] },
                "layers": [
                  { "routing": "expertChoice", "experts": 2, "patchesPerExpert": 2, "neuronsPerExpert": 20, "gate": "softmaxSelected", "pooling": "selected", "bias": false }
                ],
                "head": { "kind": "fixed", "weights": "gaussian", "outputs": 1 },
                "loss": "logistic"
              },
              "training": {
                "method": "joint",
                "epochs": 100,
                "batch": 20,
                "optimizer": { "kind": "adam", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1E-08, "weightDecay": 0 },
                "schedule": { "kind": "cosine" },
                "init": { "router": 0.0001 },
                "seed": 1,
                "seeds": 1,
                "keepBest": false
              },
              "data": { "kind": "synthetic", "patterns": 16, "similarity": 0, "noise": 0.1, "decoys": 0, "train": 1000, "test": 1000, "normalize": false }
            }

            """));
    }

    [Test]
    public void ModelText_HasTheNameAndTheModelAlone()
    {
        PatchMoESpec spec = SpecText.Read(SpecText.Of(training: """{ "method": "separate" }""", data: """{ "kind": "synthetic" }"""));
        Assert.That(SpecReader.Read(SpecWriter.ModelToJson(spec), "a.json").Spec, Is.EqualTo(new PatchMoESpec(spec.Name, spec.Model)));
    }

    /// <summary>Random valid specs that cover every value of every enum.</summary>
    [Test]
    public void AnySpec_ReadsBackEqual()
    {
        var random = new Random(7);
        for (int trial = 0; trial < 3000; trial++)
        {
            PatchMoESpec spec = Draw(random);
            string json = SpecWriter.ToJson(spec);
            SpecResult result = SpecReader.Read(json, "other.json");
            Assert.That(result.Spec, Is.EqualTo(spec), $"{json}{string.Join('\n', result.Diagnostics)}");
        }
    }

    [Test]
    public void ASpuriousDigit_ReadsBackEqual([Values(0.5, 1)] double share)
    {
        PatchMoESpec spec = Specs.Separate(Specs.Mosaic, Specs.MosaicData(40, 20) with { Spurious = new SpuriousDigitsSpec(2, 3, share) });
        Assert.That(SpecReader.Read(SpecWriter.ToJson(spec), "a.json").Spec, Is.EqualTo(spec));
    }

    [Test]
    public void TextsOfUsers_AreEscaped()
    {
        var data = new ArraysDataSpec("a\"b\\c", "\t\u0001", "日本/𝄞", "d") { TrainLengths = "e\"", TestLengths = "é" };
        PatchMoESpec spec = SpecText.Read(SpecText.Of()) with { Data = data };
        Assert.That(SpecReader.Read(SpecWriter.ToJson(spec), "a.json").Spec?.Data, Is.EqualTo(data));
    }

    /// <summary>Random backbones, with and without a layer.</summary>
    [Test]
    public void AnyBackbone_ReadsBackEqual()
    {
        var random = new Random(8);
        for (int trial = 0; trial < 500; trial++)
        {
            PatchMoESpec spec = DrawBackbone(random);
            string json = SpecWriter.ToJson(spec);
            SpecResult result = SpecReader.Read(json, "other.json");
            Assert.That(result.Spec, Is.EqualTo(spec), $"{json}{string.Join('\n', result.Diagnostics)}");
            Assert.That(result.Diagnostics.Where(diagnostic => diagnostic.Rule == DiagnosticRules.FieldWithoutEffect), Is.Empty);
        }
    }

    private static PatchMoESpec DrawBackbone(Random random)
    {
        LayerOutput? output = random.Next(3) == 0 ? null : Any<LayerOutput>(random);
        EquatableArray<int> widths = Enumerable.Range(0, random.Next(2, 4)).Select(_ => random.Next(1, 9)).ToEquatableArray();
        (int imageHeight, int imageWidth, int imageChannels) = random.Next(2) == 0 ? (32, 32, 3) : (random.Next(17, 40), random.Next(17, 40), random.Next(1, 4));
        var backbone = new BackboneSpec(imageHeight, imageWidth, imageChannels, widths, random.Next(1, 4), random.Next(1, 9), output);
        (int height, int width, int channels) = backbone.Map();
        ImageInputSpec map = output is null
            ? new ImageInputSpec(height, width, channels, 1, 1, 1, 1)
            : new ImageInputSpec(height, width, channels, random.Next(1, 3), random.Next(1, 3), random.Next(1, 3), random.Next(1, 3));
        LayerSpec layer = DrawLayer(random);
        EquatableArray<LayerSpec> layers = output switch
        {
            null => default,
            LayerOutput.Map => EquatableArray.Of(layer with { Pooling = Pooling.Selected }),
            _ => EquatableArray.Of(layer),
        };
        var model = new ModelSpec(map, layers, new HeadSpec(HeadKind.Linear, 10, Bias: random.Next(2) == 0), Loss.SoftmaxCrossEntropy, backbone);
        string? source = random.Next(2) == 0 ? null : "a/b";
        int? Maybe() => random.Next(2) == 0 ? null : random.Next(1, 9);
        DataSpec? data = (backbone.Height, backbone.Width, backbone.Channels) == (32, 32, 3) ? new Cifar10DataSpec(source, Maybe(), Maybe()) { Normalize = random.Next(2) == 0, Augment = DrawAugment(random) } : null;
        return new PatchMoESpec("b" + random.Next(100), model, null, data);
    }

    private static AugmentSpec? DrawAugment(Random random) =>
        random.Next(2) == 0 ? null : new AugmentSpec(random.Next(2) == 0, random.Next(5), 1 - (random.NextDouble() / 2), random.NextDouble());

    private static PatchMoESpec Draw(Random random)
    {
        int levels = random.Next(1, 4);
        InputSpec input = levels == 1 && random.Next(2) == 0
            ? new ImageInputSpec(random.Next(9, 20), random.Next(9, 20), random.Next(1, 4), random.Next(1, 5), random.Next(1, 5), random.Next(1, 6), random.Next(1, 6))
            : random.Next(2) == 0
            ? new VectorsInputSpec(random.Next(4, 9), random.Next(1, 9), Enumerable.Range(0, levels - 1).Select(_ => random.Next(4, 9)).ToEquatableArray())
            : DrawText(random, levels);
        EquatableArray<LayerSpec> layers = levels > 1 ? Enumerable.Range(0, levels).Select(_ => DrawLayer(random)).ToEquatableArray() : DrawStack(random, input is ImageInputSpec);
        bool isLinear = random.Next(2) == 0;
        int outputs = isLinear ? random.Next(1, 4) : 1;
        HeadSpec head = isLinear
            ? new HeadSpec(HeadKind.Linear, outputs, Bias: random.Next(2) == 0)
            : new HeadSpec(HeadKind.Fixed, 1, layers[^1].Experts == 2 ? HeadWeights.Sign : HeadWeights.Gaussian);
        var model = new ModelSpec(input, layers, head, outputs == 1 ? Loss.Logistic : Loss.SoftmaxCrossEntropy);
        return new PatchMoESpec("a" + random.Next(100), model, random.Next(4) == 0 ? null : DrawTraining(random, classes: Math.Max(outputs, 2), canShare: !layers.Any(layer => layer.Choice is { HasAuxiliaryLoss: true })), DrawData(random, model));
    }

    private static VectorsInputSpec DrawText(Random random, int levels)
    {
        // Units of more than one segment: a layer that takes four of one would be a mistake.
        TextUnit[] units = [.. random.GetItems(Enum.GetValues<TextUnit>(), 9).Where(unit => unit != TextUnit.Document).Distinct().Take(levels).Order()];
        units = units.Length == levels ? units : [.. Enum.GetValues<TextUnit>().TakeLast(levels)];
        TextLevel[] segments = [.. units.Select(unit => new TextLevel(unit, random.Next(4, 9)))];
        TextEmbedding embedding = Any<TextEmbedding>(random);
        bool isGiven = embedding == TextEmbedding.Given;
        var text = new TextSpec(
            segments.ToEquatableArray(),
            random.Next(1, 9),
            embedding,
            Position: !isGiven && random.Next(2) == 0,
            Vocabulary: embedding == TextEmbedding.Trained ? random.Next(1, 99) : 0);
        text = !isGiven && random.Next(2) == 0 ? text with { Tokens = TextTokens.Bpe, Encoding = random.Next(2) == 0 ? TextSpec.Cl100k : "my \"own\".tiktoken" } : text;
        text = units[^1] == TextUnit.Ngram ? text with { NgramLength = random.Next(1, 9), NgramStep = random.Next(1, 9) } : text;
        return new VectorsInputSpec(segments[^1].MaximumSegments, text.PatchDimension, segments.SkipLast(1).Select(level => level.MaximumSegments).ToEquatableArray()) { Text = text };
    }

    private static DataSpec? DrawData(Random random, ModelSpec model)
    {
        DataSpec? data = model.Input switch
        {
            ImageInputSpec { Channels: 1 or 3 } when ModelClasses.Count(model) == 2 && random.Next(2) == 0 => DrawCeleba(random),
            ImageInputSpec { Channels: 1 or 3 } => new FolderDataSpec("my \"photos\"", random.Next(4) / 4.0, Any<ImageFit>(random)),
            VectorsInputSpec { Groups.Count: 0, Text: null } when model.Loss == Loss.Logistic && random.Next(2) == 0 =>
                new SyntheticDataSpec(random.Next(1, 9), random.Next(4) / 4.0, random.Next(4) / 4.0, 2 * random.Next(50, 60), 2) { Decoys = random.Next(2) },
            VectorsInputSpec { Groups.Count: 0, Text: null } when random.Next(2) == 0 => new CsvDataSpec("t.csv", null, "7", random.Next(4) / 4.0),
            VectorsInputSpec { Groups.Count: 0, Text: null } => new CsvDataSpec("t.csv", "u.csv", "a b", FolderDataSpec.DefaultTestShare),
            _ => null,
        };
        return data is null ? null : data with
        {
            Classes = random.Next(2) == 0 ? default : Enumerable.Range(0, ModelClasses.Count(model)).Select(i => $"class {i}").ToEquatableArray(),
            Normalize = random.Next(2) == 0,
            Augment = model.Input is ImageInputSpec ? DrawAugment(random) : null,
        };
    }

    private static CelebaDataSpec DrawCeleba(Random random)
    {
        SpuriousAttributesSpec? spurious = random.Next(2) == 0 ? null : new SpuriousAttributesSpec("Black_Hair", random.Next(2) == 0 ? null : "Blond_Hair", 1 - (random.Next(4) / 4.0));
        int? Maybe() => spurious is null && random.Next(2) == 0 ? null : random.Next(50, 60);
        return new CelebaDataSpec(random.Next(2) == 0 ? null : "a/b", EquatableArray.Of("Smiling"), Maybe(), Maybe(), Any<ImageFit>(random)) { Spurious = spurious };
    }

    /// <summary>One layer, or several in which all but the last give a map; the last may, too.</summary>
    private static EquatableArray<LayerSpec> DrawStack(Random random, bool isImage)
    {
        var layers = new LayerSpec[random.Next(1, 4)];
        for (int i = 0; i < layers.Length; i++)
        {
            LayerSpec layer = DrawLayer(random);
            bool map = i < layers.Length - 1 || random.Next(2) == 0;
            layers[i] = layer with
            {
                // Above a map few patches may be left.
                PatchesPerExpert = i == 0 ? layer.PatchesPerExpert : Math.Min(layer.PatchesPerExpert, 1),
                Pooling = map ? Pooling.Selected : layer.Pooling,
                Map = map,
                Window = i == 0 ? null : DrawWindow(random, isImage),
            };
        }

        return layers.ToEquatableArray();
    }

    private static WindowSpec DrawWindow(Random random, bool isImage) => random.Next(2) == 0
        ? new WindowSpec((2 * random.Next(3)) + 1, isImage ? (2 * random.Next(3)) + 1 : 1, random.Next(1, 3), isImage ? random.Next(1, 3) : 1, Padding.Same)
        : new WindowSpec(1, 1, random.Next(1, 3), isImage ? random.Next(1, 3) : 1, Padding.Valid);

    private static LayerSpec DrawLayer(Random random)
    {
        Routing routing = Any<Routing>(random);
        int experts = random.Next(1, 4);
        bool chooses = routing is Routing.ExpertChoice or Routing.TokenChoice;
        return new LayerSpec(
            routing,
            experts,
            random.Next(1, 4),
            routing == Routing.ExpertChoice ? random.Next(1, 4) : 0,
            chooses ? Any<Gate>(random) : Gate.None,
            chooses ? Any<Pooling>(random) : Pooling.Selected,
            random.Next(2) == 0)
        {
            Choice = routing == Routing.TokenChoice ? DrawChoice(random, experts) : null,
        };
    }

    private static TokenChoiceSpec DrawChoice(Random random, int experts)
    {
        bool isLimited = random.Next(2) == 0;
        return new TokenChoiceSpec(random.Next(1, experts + 1))
        {
            CapacityFactor = isLimited ? random.Next(1, 9) / 4.0 : null,
            Priority = isLimited ? Any<Priority>(random) : Priority.Order,
            Balance = random.Next(2) == 0 ? null : new BalanceSpec(Any<BalanceKind>(random), Scales[random.Next(4)]),
            ZLoss = random.Next(2) == 0 ? 0 : 0.25,
        };
    }

    private static TrainingSpec DrawTraining(Random random, int classes, bool canShare)
    {
        double Scale() => Scales[random.Next(Scales.Length)];
        double? Maybe() => random.Next(2) == 0 ? null : Scale();
        int batch = random.Next(1, 9);
        return new TrainingSpec(
            TrainingMethod.Joint, random.Next(1, 9), random.Next(99, 102), batch,
            new OptimizerSpec(Any<OptimizerKind>(random), Scale(), Scale(), Scale(), Scale(), Scale(), Scale()),
            new ScheduleSpec(Any<ScheduleKind>(random), random.Next(2) == 0 ? null : random.Next(9), random.Next(1, 99), Scale()),
            new InitSpec(Maybe(), Maybe(), Maybe()) { Embedding = Maybe() },
            random.Next(99))
        {
            Shares = canShare ? random.Next(1, batch + 1) : 1,
            Seeds = random.Next(1, 4),
            Validation = random.Next(2) == 0 ? null : 0.25,
            KeepBest = random.Next(2) == 0,
            Patience = random.Next(2) == 0 ? null : random.Next(1, 9),
            ClassWeights = random.Next(3) switch { 0 => null, 1 => ClassWeightsSpec.Balanced, _ => new ClassWeightsSpec(Enumerable.Range(1, classes).Select(c => (double)c).ToEquatableArray()) },
        };
    }

    private static T Any<T>(Random random)
        where T : struct, Enum => random.GetItems(Enum.GetValues<T>(), 1)[0];
}
