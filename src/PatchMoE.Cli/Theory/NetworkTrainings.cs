using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using PatchMoE.Cli.Inputs;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Cli.Theory;

/// <summary>Trains networks, several at once, and measures each as soon as it is trained; or takes the given weights.</summary>
/// <param name="job">The job.</param>
/// <param name="samples">The data.</param>
internal sealed class NetworkTrainings(TheoryJob job, SeedSamples samples)
{
    /// <summary>Trains and measures.</summary>
    /// <typeparam name="T">What a measurement gives.</typeparam>
    /// <param name="tasks">The networks; those of a seed are adjacent.</param>
    /// <param name="measure">Measures a network; called from several threads.</param>
    /// <returns>The measurements, in the order of the tasks.</returns>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public T[] Run<T>(IReadOnlyList<NetworkTask> tasks, Func<TrainedNetwork, T> measure)
    {
        if (job.Weights is { } weights)
        {
            return [.. tasks.Select(task => measure(Given(task, weights, samples.Take(task.Seed))))];
        }

        var results = new T[tasks.Count];
        int atOnce = Math.Min(job.Threads, tasks.Count);
        int threads = job.Threads / atOnce;
        CancellationToken cancellation = job.Context.Cancellation;
        TrainingsProgress.Watch(job.Context, tasks, progress =>
        {
            // Handed out one at a time: a static share would leave a thread with the short ones.
            OrderablePartitioner<int> inOrder = Partitioner.Create(Enumerable.Range(0, tasks.Count), EnumerablePartitionerOptions.NoBuffering);
            try
            {
                Parallel.ForEach(inOrder, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancellation }, i =>
                {
                    LoadedData data = samples.Take(tasks[i].Seed);
                    TrainedNetwork network = Train(tasks[i], data, threads, progress);
                    results[i] = measure(network);
                    samples.Release(tasks[i].Seed);
                    progress.Finished(network);
                });
            }
            catch (AggregateException failures)
            {
                cancellation.ThrowIfCancellationRequested();
                ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
            }
        });
        return results;
    }

    private TrainedNetwork Train(NetworkTask task, LoadedData data, int threads, TrainingsProgress progress)
    {
        IPatchMoEModel model = CompiledModel.Load(task.Spec);
        using var engine = new CpuEngine(model, threads);
        WeightInitializer.Initialize(task.Spec, task.Seed, model.Parameters);

        // Held-out samples are chosen with the spec's seed, as by pmoe train --seeds.
        var options = new TrainerOptions { Seed = task.Seed, HeldOutSeed = (ulong)task.Spec.Training!.Seed, TestEvery = 0, Notices = false };
        TrainingResult result = new Trainer(model, engine, task.Spec.Training, data.Train, data.Test, options).Run(progress, job.Context.Cancellation);
        job.Context.Cancellation.ThrowIfCancellationRequested();
        return new TrainedNetwork(task, model.Parameters.ToArray(), data, result.Final.Accuracy, threads);
    }

    private TrainedNetwork Given(NetworkTask task, float[] weights, LoadedData data)
    {
        var network = new TrainedNetwork(task, weights, data, 0, job.Threads);
        using CpuEngine engine = network.EngineTaking(job.OwnPatches);
        return network with { Accuracy = new Evaluator(engine).Evaluate(network.Own(data.Test), job.Context.Cancellation).Accuracy };
    }
}
