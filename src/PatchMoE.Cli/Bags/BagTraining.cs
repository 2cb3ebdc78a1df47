using System.Diagnostics;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;
using PatchMoE.Training.Runs;
using PatchMoE.TorchSharp;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.Cli.Bags;

/// <summary>Trains a <see cref="BagNetwork"/> by Adam on the logistic loss, on the same bags in the same order as a network of our own.</summary>
internal static class BagTraining
{
    private const int TestBatch = 50;

    /// <summary>Trains on one thread and tests.</summary>
    /// <param name="size">The network.</param>
    /// <param name="training">Epochs, batch, the constants of Adam, schedule and seed.</param>
    /// <param name="train">The bags to train on.</param>
    /// <param name="test">The bags to test on.</param>
    /// <param name="advance">Called after every epoch.</param>
    /// <param name="cancellation">Stops the training between two updates.</param>
    /// <exception cref="BadInputException">libtorch cannot be loaded here.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static BagResult Run(BagNetworkSize size, TrainingSpec training, Dataset train, Dataset test, Action advance, CancellationToken cancellation)
    {
        TorchRuntime.Require();
        set_num_threads(1);
        using DisposeScope scope = NewDisposeScope();
        var network = new BagNetwork(size, (ulong)training.Seed);
        OptimizerSpec adam = training.Optimizer;
        using optim.Optimizer optimizer = optim.Adam(network.parameters(), adam.LearningRate, adam.Beta1, adam.Beta2, adam.Epsilon, adam.WeightDecay);
        var seconds = new List<double>();
        using (var bags = new BagTensors(train, 0, train.Count))
        {
            var order = new ShuffledOrder([.. Enumerable.Range(0, train.Count)], training.Batch, (ulong)training.Seed);
            for (int epoch = 0; epoch < training.Epochs; epoch++)
            {
                long started = Stopwatch.GetTimestamp();
                order.Begin(TrainingPhase.All, epoch);
                for (int batch = 0; batch < order.Batches; batch++)
                {
                    cancellation.ThrowIfCancellationRequested();
                    double rate = LearningRateSchedule.At(training.Schedule, adam.LearningRate, training.Epochs, epoch, batch, order.Batches);
                    Update(network, optimizer, rate, bags, order.Batch(batch));
                }

                seconds.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
                advance();
            }
        }

        return Score(network, test, cancellation).Judge(test, Median.Of(seconds), size.Weights);
    }

    private static void Update(BagNetwork network, optim.Optimizer optimizer, double learningRate, BagTensors bags, ReadOnlySpan<int> chosen)
    {
        using DisposeScope scope = NewDisposeScope();
        foreach (optim.ILearningRateController group in optimizer.ParamGroups)
        {
            group.LearningRate = learningRate;
        }

        optimizer.zero_grad();
        Tensor logits = network.Forward(bags.Batch(chosen)).Logits;
        nn.functional.binary_cross_entropy_with_logits(logits, bags.Targets(chosen)).backward();
        optimizer.step();
    }

    private static BagScores Score(BagNetwork network, Dataset test, CancellationToken cancellation)
    {
        using IDisposable gradients = no_grad();
        var logits = new List<float>();
        var picks = new List<int>();
        for (int start = 0; start < test.Count; start += TestBatch)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            using var bags = new BagTensors(test, start, Math.Min(TestBatch, test.Count - start));
            (Tensor answers, Func<Tensor> importance) = network.Forward(bags.Batch([.. Enumerable.Range(0, bags.Count)]));
            logits.AddRange(answers.data<float>().ToArray());
            picks.AddRange(importance().argmax(-1).data<long>().ToArray().Select(pick => (int)pick));
        }

        return new BagScores([.. logits], [.. picks]);
    }
}
