using PatchMoE.Compiler;
using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

/// <summary>Networks that learn the vectors of tokens: training, files, predictions.</summary>
[TestFixture]
public sealed class TrainedEmbeddingTests
{
    private TemporaryFolder _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => _folder.Dispose();

    [Test]
    public void Table_IsTheLastTensor_BehindWhatPassesRead()
    {
        ModelSpec model = TrainedTexts.Spec.Model;
        ParameterSpec table = model.Parameters()[^1];
        Assert.That((table.Name, table.Role, table.Offset), Is.EqualTo(("embedding.weight", ParameterRole.Embedding, model.NetworkLength())));
        Assert.That(table.Shape, Is.EqualTo(EquatableArray.Of(40, 9)));
        Assert.That(model.WeightCount(), Is.EqualTo(model.NetworkParameters().Sum(tensor => tensor.Length) + 360));
        using IPatchMoEModel compiled = PatchMoECompiler.Compile(TrainedTexts.Spec);
        Assert.That(compiled.Parameters.Length, Is.EqualTo(ModelParameters.BufferLength(model.Parameters())));
        Assert.That(compiled.Spec.Model, Is.EqualTo(model));
    }

    [Test]
    public void InitialVectors_HaveLengthOne_OrTheGivenScale()
    {
        PatchMoESpec spec = TrainedTexts.Spec;
        double Spread(InitSpec init)
        {
            var weights = new WeightBuffer(spec);
            WeightInitializer.Initialize(spec with { Training = spec.Training! with { Init = init } }, 1, weights.Parameters);
            return Math.Sqrt(weights.Parameters.Slice(spec.Model.EmbeddingTable()!.Offset, 360).ToArray().Average(value => (double)value * value));
        }

        Assert.That(Spread(InitSpec.Default), Is.EqualTo(1 / 3.0).Within(0.04));
        Assert.That(Spread(InitSpec.Default with { Embedding = 2 }), Is.EqualTo(2).Within(0.25));
    }

    /// <summary>Texts are learnt, the table with the rest; a text has the same answer in training and as a text.</summary>
    [Test]
    public void Training_LearnsTheTable([Values] OptimizerKind kind)
    {
        PatchMoESpec spec = TrainedTexts.Of(kind);
        spec = spec with { Training = spec.Training! with { Epochs = 60 } };
        using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        TrainingResult result = model.Fit(TrainedTexts.Data(spec), TrainedTexts.Data(spec), seed: 1, threads: 1);
        Assert.That(result.Final.Accuracy, Is.EqualTo(1));
        var initial = new WeightBuffer(spec);
        WeightInitializer.Initialize(spec, 1, initial.Parameters);
        ParameterSpec table = spec.Model.EmbeddingTable()!;
        Assert.That(model.Parameters[table.Offset..].ToArray(), Is.Not.EqualTo(initial.Parameters[table.Offset..].ToArray()));
        Assert.That(TrainedTexts.Samples.Select(sample => model.ClassifyText(sample.Text).Index), Is.EqualTo(TrainedTexts.Samples.Select(sample => sample.Class)));
        Assert.That(model.ExplainText(TrainedTexts.Samples[0].Text).Prediction, Is.EqualTo(model.ClassifyText(TrainedTexts.Samples[0].Text)));
    }

    [Test]
    public void Training_GivesTheSameBits_WithAnyNumberOfThreads([Values(OptimizerKind.Sgd, OptimizerKind.Adam)] OptimizerKind kind)
    {
        float[] Train(int threads)
        {
            PatchMoESpec spec = TrainedTexts.Of(kind);
            using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
            model.Fit(TrainedTexts.Data(spec), TrainedTexts.Data(spec), seed: 1, threads: threads);
            return model.Parameters.ToArray();
        }

        float[] one = Train(1);
        Assert.That(Train(2), Is.EqualTo(one));
        Assert.That(Train(3), Is.EqualTo(one));
    }

    /// <summary>The weights of the trainer may be another object than the engine's model: the table is only in the trainer's.</summary>
    [Test]
    public void Checkpoints_CarryTheTableAndItsState([Values] OptimizerKind kind)
    {
        PatchMoESpec spec = TrainedTexts.Of(kind, weightDecay: 0.01);
        (float[] whole, Checkpoint middle) = Train(spec, from: null);
        string path = _folder.File("checkpoint.safetensors");
        CheckpointFile.Save(path, spec.Model, middle);
        (float[] resumed, _) = Train(spec, CheckpointFile.Load(path, spec.Model));
        Assert.That(middle.Epoch, Is.EqualTo(2));
        Assert.That(middle.Weights, Is.Not.EqualTo(whole));
        Assert.That(resumed, Is.EqualTo(whole));
    }

    [Test]
    public void WeightsFiles_HoldTheTable()
    {
        PatchMoESpec spec = TrainedTexts.Spec;
        var weights = new WeightBuffer(spec);
        TrainedTexts.Draw(weights);
        string path = _folder.File("w.safetensors");
        WeightsFile.Save(path, spec.Model, weights.Parameters);
        var read = new WeightBuffer(spec);
        WeightsFile.Load(path, spec.Model, read.Parameters);
        Assert.That(read.Parameters.ToArray(), Is.EqualTo(weights.Parameters.ToArray()));

        SafetensorsFile.Write(path, [.. WeightsFile.Tensors(spec.Model, weights.Parameters).SkipLast(1)]);
        Assert.That(() => WeightsFile.Load(path, spec.Model, read.Parameters), Throws.TypeOf<BadInputException>().With.Message.Contains("embedding.weight [40, 9] is missing"));
    }

    [Test]
    public void TextsWithoutATable_AndATableWithoutTexts_AreRefused()
    {
        PatchMoESpec spec = TrainedTexts.Spec;
        Dataset data = TrainedTexts.Data(spec);
        Assert.That(data.HasTokens && !data.IsInMemory);
        Assert.That(() => data.CopyInputs(0, 1, new float[data.InputLength]), Throws.InvalidOperationException.With.Message.Contains("call WithVectorsOf"));
        Assert.That(() => new TextEncoder(spec.Model).Encode(TextDocument.Of("A text."), new float[data.InputLength], new int[3]), Throws.ArgumentException.With.Message.Contains("Give the table"));
        Assert.That(
            () => new TextEncoder(spec.Model).Encode(TextDocument.Of("A text."), new float[7], new float[data.InputLength], new int[3]),
            Throws.ArgumentException.With.Message.StartsWith("The table has 7 values; 40 tokens of 9 values need 360."));
        Assert.That(() => new TextEncoder(Texts.Model(Texts.Levels(TextUnit.Sentence))).Tokenize(TextDocument.Of("A text."), new int[1]), Throws.ArgumentException);

        var vectors = new Dataset(spec.Model.InputShape(), new float[24 * data.InputLength], data.Labels.ToArray());
        using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        Assert.That(() => model.Fit(vectors, vectors), Throws.TypeOf<BadInputException>().With.Message.StartsWith("training data: the samples are vectors, but the embedding 'trained' learns"));
    }

    private static (float[] Weights, Checkpoint Middle) Train(PatchMoESpec spec, Checkpoint? from)
    {
        var saved = new List<Checkpoint>();
        var weights = new WeightBuffer(spec);
        using IPatchMoEModel model = PatchMoECompiler.Compile(spec);
        using var engine = new CpuEngine(model, threads: 1);
        var options = new TrainerOptions { Seed = 1, SaveCheckpoint = saved.Add, CheckpointEvery = 1 };
        TrainingResult result = new Trainer(weights, engine, spec.Training!, TrainedTexts.Data(spec), TrainedTexts.Data(spec), options).Run(resumeFrom: from);
        Assert.That(result.Checkpoint.Weights, Is.EqualTo(weights.Parameters.ToArray()));
        return (weights.Parameters.ToArray(), saved[Math.Min(1, saved.Count - 1)]);
    }
}
