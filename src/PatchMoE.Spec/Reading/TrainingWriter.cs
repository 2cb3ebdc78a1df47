namespace PatchMoE;

/// <summary>The JSON of the <c>training</c> and <c>data</c> sections.</summary>
internal static class TrainingWriter
{
    /// <summary>The <c>training</c> section.</summary>
    public static ObjectWriter Training(TrainingSpec training)
    {
        bool separate = training.Method == TrainingMethod.Separate;
        return new ObjectWriter()
            .Word("method", training.Method)
            .Int("epochs", training.Epochs)
            .NumberIf(separate, "routerEpochs", training.RouterEpochs, TrainingSpec.Default.RouterEpochs)
            .Int("batch", training.Batch)
            .NumberIf(training.Shares > 1, "shares", training.Shares, TrainingSpec.Default.Shares)
            .Object("optimizer", Optimizer(training.Optimizer))
            .Object("schedule", Schedule(training.Schedule))
            .Object("init", Init(training.Init))
            .Int("seed", training.Seed)
            .Int("seeds", training.Seeds)
            .Number("validation", training.Validation)
            .Boolean("keepBest", training.KeepBest)
            .Int("patience", training.Patience)
            .ClassWeights(training.ClassWeights);
    }

    private static ObjectWriter ClassWeights(this ObjectWriter json, ClassWeightsSpec? weights) =>
        weights is null ? json : weights.IsBalanced ? json.Text("classWeights", "balanced") : json.Numbers("classWeights", weights.Values);

    /// <summary>The <c>data</c> section. A folder found by searching, and counts that mean all, have no value to write.</summary>
    public static ObjectWriter Data(DataSpec data) => Preparation(Source(data), data);

    private static ObjectWriter Source(DataSpec data) => data switch
    {
        MosaicDataSpec mosaic => new ObjectWriter()
            .Text("kind", "mosaic")
            .Text("source", mosaic.Source)
            .Int("positive", mosaic.Positive)
            .Int("negative", mosaic.Negative)
            .Ints("irrelevant", mosaic.Irrelevant)
            .Ints("grid", [mosaic.GridHeight, mosaic.GridWidth])
            .Spurious(mosaic.Spurious)
            .Int("train", mosaic.Train)
            .Int("test", mosaic.Test),
        ImagesDataSpec images => new ObjectWriter()
            .Text("kind", "images")
            .Text("source", images.Source)
            .Int("train", images.Train)
            .Int("test", images.Test),
        Cifar10DataSpec cifar => new ObjectWriter()
            .Text("kind", "cifar10")
            .Text("source", cifar.Source)
            .Int("train", cifar.Train)
            .Int("test", cifar.Test),
        CelebaDataSpec celeba => new ObjectWriter()
            .Text("kind", "celeba")
            .Text("source", celeba.Source)
            .Texts("attributes", celeba.Attributes)
            .Spurious(celeba.Spurious)
            .Int("train", celeba.Train)
            .Int("test", celeba.Test)
            .Word("fit", celeba.Fit),
        SyntheticDataSpec synthetic => new ObjectWriter()
            .Text("kind", "synthetic")
            .Int("patterns", synthetic.Patterns)
            .Number("similarity", synthetic.Similarity)
            .Number("noise", synthetic.Noise)
            .Int("decoys", synthetic.Decoys)
            .Int("train", synthetic.Train)
            .Int("test", synthetic.Test),
        BagsDataSpec bags => new ObjectWriter()
            .Text("kind", "bags")
            .Text("source", bags.Source)
            .Int("positive", bags.Positive)
            .Number("mean", bags.Mean)
            .Number("deviation", bags.Deviation)
            .Int("train", bags.Train)
            .Int("test", bags.Test),
        ArraysDataSpec arrays => new ObjectWriter()
            .Text("kind", "arrays")
            .Text("trainInput", arrays.TrainInput)
            .Text("trainLabels", arrays.TrainLabels)
            .Text("testInput", arrays.TestInput)
            .Text("testLabels", arrays.TestLabels)
            .Text("trainLengths", arrays.TrainLengths)
            .Text("testLengths", arrays.TestLengths),
        FolderDataSpec folder => new ObjectWriter()
            .Text("kind", "folder")
            .Text("path", folder.Path)
            .Number("testShare", folder.TestShare)
            .Word("fit", folder.Fit),
        CsvDataSpec csv => new ObjectWriter()
            .Text("kind", "csv")
            .Text("file", csv.File)
            .Text("test", csv.Test)
            .Text("label", csv.Label)
            .NumberIf(csv.Test is null, "testShare", csv.TestShare, FolderDataSpec.DefaultTestShare),
        TextDataSpec texts => new ObjectWriter()
            .Text("kind", "texts")
            .Text("path", texts.Path)
            .Text("test", texts.Test)
            .Int("train", texts.Train)
            .NumberIf(texts.Test is null && texts.Train is null, "testShare", texts.TestShare, FolderDataSpec.DefaultTestShare)
            .Text("text", texts.Text)
            .Text("title", texts.Title)
            .Text("label", texts.Label)
            .Word("format", texts.Format)
            .Int("irrelevant", texts.Irrelevant),
        _ => throw new ArgumentException($"Unknown data kind {data.GetType().Name}.", nameof(data)),
    };

    private static ObjectWriter Spurious(this ObjectWriter json, SpuriousDigitsSpec? spurious) => spurious is null ? json : json.Object("spurious", new ObjectWriter()
        .Int("positive", spurious.Positive)
        .Int("negative", spurious.Negative)
        .Number("share", spurious.Share));

    private static ObjectWriter Spurious(this ObjectWriter json, SpuriousAttributesSpec? spurious) => spurious is null ? json : json.Object("spurious", new ObjectWriter()
        .Text("positive", spurious.Positive)
        .Text("negative", spurious.Negative)
        .Number("share", spurious.Share));

    private static ObjectWriter Preparation(ObjectWriter json, DataSpec data)
    {
        if (data.Classes.Count > 0)
        {
            json.Texts("classes", data.Classes);
        }

        json.Boolean("normalize", data.Normalize);
        return data.Augment is { } augment
            ? json.Object("augment", new ObjectWriter()
                .Boolean("flip", augment.Flip)
                .Int("shift", augment.Shift)
                .Number("crop", augment.Crop)
                .Number("brightness", augment.Brightness))
            : json;
    }

    private static ObjectWriter Optimizer(OptimizerSpec optimizer)
    {
        OptimizerSpec absent = OptimizerSpec.Default;
        bool momentum = optimizer.Kind == OptimizerKind.Momentum;
        bool adam = optimizer.Kind is OptimizerKind.Adam or OptimizerKind.AdamW;
        return new ObjectWriter()
            .Word("kind", optimizer.Kind)
            .Number("learningRate", optimizer.LearningRate)
            .NumberIf(momentum, "momentum", optimizer.Momentum, absent.Momentum)
            .NumberIf(adam, "beta1", optimizer.Beta1, absent.Beta1)
            .NumberIf(adam, "beta2", optimizer.Beta2, absent.Beta2)
            .NumberIf(adam, "epsilon", optimizer.Epsilon, absent.Epsilon)
            .Number("weightDecay", optimizer.WeightDecay);
    }

    private static ObjectWriter Schedule(ScheduleSpec schedule)
    {
        ScheduleSpec absent = ScheduleSpec.Default;
        bool step = schedule.Kind == ScheduleKind.Step;
        return new ObjectWriter()
            .Word("kind", schedule.Kind)
            .Int("warmup", schedule.Warmup)
            .NumberIf(step, "every", schedule.Every, absent.Every)
            .NumberIf(step, "factor", schedule.Factor, absent.Factor);
    }

    /// <summary>A scale that is null is derived from the sizes, so it has no value to write.</summary>
    private static ObjectWriter Init(InitSpec init) => new ObjectWriter()
        .Number("router", init.Router)
        .Number("experts", init.Experts)
        .Number("head", init.Head)
        .Number("embedding", init.Embedding);
}
