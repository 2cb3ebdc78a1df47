using Microsoft.Extensions.Logging;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Tests.Training;

/// <summary>From arrays to a trained model in one call.</summary>
[TestFixture]
public sealed class FitTests
{
    private static readonly PatchMoESpec s_spec = new("shapes", new ModelSpec(
        new ImageInputSpec(8, 8, 1, 4, 4, 4, 4),
        [new LayerSpec(Routing.ExpertChoice, 2, 6, PatchesPerExpert: 2, Gate: Gate.SoftmaxSelected, Bias: true)],
        new HeadSpec(HeadKind.Linear, 2, Bias: true),
        Loss.SoftmaxCrossEntropy));

    private static readonly TrainingSpec s_training = TrainingSpec.Default with
    {
        Batch = 10, Optimizer = OptimizerSpec.Default with { Kind = OptimizerKind.Adam, LearningRate = 0.01 },
    };

    [Test]
    public void ArraysAndNames_BecomeAModelThatNamesClasses()
    {
        using IPatchMoEModel model = Compiled.Of(s_spec);
        (Dataset train, Dataset test) = Dataset.For(model, Pictures(200, seed: 1)).Split(0.25, seed: 1);
        TrainingResult result = model.Fit(train, test, epochs: 20, s_training);
        Assert.That(result.Final.Accuracy, Is.GreaterThan(0.95));
        (float[] input, string name) = Pictures(1, seed: 9)[0];
        Assert.That(model.Classify(input).ClassName, Is.EqualTo(name));
        Assert.That(model.Metadata.Classes, Is.EqualTo(new[] { "bright", "dark" }));
    }

    [Test]
    public void SameSeed_SameBits_WhateverTheThreads()
    {
        float[] Train(int threads, ulong? seed)
        {
            using IPatchMoEModel model = Compiled.Of(s_spec);
            (Dataset train, Dataset test) = Dataset.For(model, Pictures(40, seed: 1)).Split(0.25, seed: 1);
            model.Fit(train, test, epochs: 2, s_training, seed, threads);
            return model.Parameters.ToArray();
        }

        Assert.That(Train(2, 5), Is.EqualTo(Train(1, 5)));
        Assert.That(Train(1, null), Is.EqualTo(Train(1, 1)));
        Assert.That(Train(1, 6), Is.Not.EqualTo(Train(1, 5)));
    }

    [Test]
    public void WeightsThatWereSet_AreWhereItBegins()
    {
        using IPatchMoEModel model = Compiled.Of(s_spec);
        using IPatchMoEModel other = Compiled.Of(s_spec);
        Dataset data = Dataset.For(model, Pictures(20, seed: 1));
        WeightInitializer.Initialize(s_spec, seed: 3, model.Parameters);
        WeightInitializer.Initialize(s_spec, seed: 4, other.Parameters);
        model.Fit(data, data, epochs: 1, s_training, seed: 1);
        other.Fit(data, data, epochs: 1, s_training, seed: 1);
        Assert.That(model.Parameters.ToArray(), Is.Not.EqualTo(other.Parameters.ToArray()));
    }

    [Test]
    public void ProgressAndLog_AreTold()
    {
        using IPatchMoEModel model = Compiled.Of(s_spec);
        Dataset data = Dataset.For(model, Pictures(20, seed: 1));
        var told = new Told();
        model.Fit(data, data, epochs: 3, s_training, progress: told, logger: told);
        Assert.That(told.Progress.Count(progress => progress.Completed is not null), Is.EqualTo(3));
        Assert.That(told.Lines, Has.Count.EqualTo(5));
        Assert.That(told.Lines[0], Does.StartWith("shapes: training on 20 samples, testing on 20, 3 epochs, CPU, "));
        Assert.That(told.Lines[1], Does.StartWith("shapes: epoch 1 of 3: training loss "));
        Assert.That(told.Lines[4], Does.StartWith("shapes: trained in "));
    }

    [Test]
    public void Cancelled_ItKeepsWhatItLearned()
    {
        using IPatchMoEModel model = Compiled.Of(s_spec);
        Dataset data = Dataset.For(model, Pictures(20, seed: 1));
        using var stop = new CancellationTokenSource();
        var told = new Told { Cancel = stop };
        Assert.That(
            async () => await model.FitAsync(data, data, epochs: 1000, s_training, progress: told, logger: told, cancellation: stop.Token),
            Throws.InstanceOf<OperationCanceledException>());
        Assert.That(told.Progress, Has.Count.LessThan(10));
        Assert.That(told.Lines[^1], Is.EqualTo("shapes: training was stopped after 1 epochs"));
        Assert.That(model.Parameters.ToArray(), Has.Some.Not.Zero);
    }

    [Test]
    public async Task FitAsync_GivesTheResultOfFit()
    {
        using IPatchMoEModel model = Compiled.Of(s_spec);
        using IPatchMoEModel other = Compiled.Of(s_spec);
        Dataset data = Dataset.For(model, Pictures(20, seed: 1));
        TrainingResult result = await model.FitAsync(data, data, epochs: 2, s_training);
        Assert.That(result.Final, Is.EqualTo(other.Fit(data, data, epochs: 2, s_training).Final));
        Assert.That(model.Parameters.ToArray(), Is.EqualTo(other.Parameters.ToArray()));
    }

    /// <summary>With the defaults, a batch is never larger than the data.</summary>
    [Test]
    public void AFewSamples_NeedNoSettings()
    {
        using IPatchMoEModel model = Compiled.Of(s_spec);
        Dataset data = Dataset.For(model, Pictures(4, seed: 1));
        Assert.That(() => model.Fit(data, data, epochs: 1), Throws.Nothing);
        Assert.That(() => model.Fit(data, data, epochs: 0), Throws.InstanceOf<ArgumentOutOfRangeException>());
    }

    /// <summary>Pictures with one bright or dark square of noise.</summary>
    private static List<(float[] Input, string ClassName)> Pictures(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            float[] picture = [.. Enumerable.Range(0, 64).Select(_ => 0.4f + (0.2f * random.NextSingle()))];
            int place = (random.Next(2) * 32) + (random.Next(2) * 4);
            for (int p = 0; p < 16; p++)
            {
                picture[place + (p / 4 * 8) + (p % 4)] = i % 2 == 0 ? 1 : 0;
            }

            return (picture, i % 2 == 0 ? "bright" : "dark");
        })];
    }

    private sealed class Told : IProgress<TrainingProgress>, ILogger
    {
        public List<TrainingProgress> Progress { get; } = [];

        public List<string> Lines { get; } = [];

        public CancellationTokenSource? Cancel { get; init; }

        public void Report(TrainingProgress value)
        {
            Progress.Add(value);
            if (value.Completed is not null)
            {
                Cancel?.Cancel();
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel == LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Add(formatter(state, exception));
    }
}
