using System.Collections.Concurrent;
using PatchMoE.Cli.Inputs;
using PatchMoE.Initialization;
using PatchMoE.Training;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Runs;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// Trains the cells of a grid, several at once with one thread each: trainings are independent, so no thread ever waits. Only the last epoch is
/// tested, since only that is reported.
/// </summary>
/// <param name="store">Where results go.</param>
/// <param name="dataFolder">The folder of the images.</param>
internal sealed class CellRunner(CellStore store, string dataFolder)
{
    /// <summary>Trains the cells that are not finished yet.</summary>
    /// <param name="cells">The grid.</param>
    /// <param name="threads">The number of trainings to run at once.</param>
    /// <param name="progress">Notified of finished work and cells.</param>
    /// <param name="cancellation">Stops all trainings; finished cells are kept.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(IReadOnlyList<Cell> cells, int threads, IGridProgress progress, CancellationToken cancellation)
    {
        Cell[] open = [.. cells.Where(cell => store.Find(cell) is null)];
        var data = new SeedData(open, dataFolder);

        // Handed out one at a time: a static share would leave one thread with the short cells.
        Partitioner<Cell> inOrder = Partitioner.Create(open, EnumerablePartitionerOptions.NoBuffering);
        try
        {
            Parallel.ForEach(inOrder, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, cell => Train(cell, data, progress, cancellation));
        }
        catch (AggregateException failures)
        {
            cancellation.ThrowIfCancellationRequested();
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }
    }

    private void Train(Cell cell, SeedData data, IGridProgress progress, CancellationToken cancellation)
    {
        IPatchMoEModel model = CompiledModel.Load(cell.Spec);
        using var engine = new CpuEngine(model, threads: 1);
        WeightInitializer.Initialize(cell.Spec, (ulong)cell.Seed, model.Parameters);
        (Dataset train, Dataset test) = data.Take(cell);
        var options = new TrainerOptions { Seed = (ulong)cell.Seed, TestEvery = 0, Notices = false };
        TrainingResult result = new Trainer(model, engine, cell.Spec.Training!, train, test, options).Run(new EpochProgress(cell, progress), cancellation);
        data.Release(cell);
        cancellation.ThrowIfCancellationRequested();
        store.Add(cell, result.Final, result.Seconds);
        progress.Finished(cell, result.Final);
    }

    /// <summary>Counts the epochs in which the network itself learns; routers that learn alone take next to no time.</summary>
    private sealed class EpochProgress(Cell cell, IGridProgress progress) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Completed is not null && value.Phase != TrainingPhase.Routers)
            {
                progress.Advance(cell.Samples);
            }
        }
    }
}
