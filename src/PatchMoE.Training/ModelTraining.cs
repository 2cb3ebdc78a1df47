using Microsoft.Extensions.Logging;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;

namespace PatchMoE.Training;

/// <summary>Trains a compiled model on this machine's processors in one call. <see cref="Trainer"/> has what these leave out: other engines, checkpoints, resuming.</summary>
public static class ModelTraining
{
    /// <summary>
    /// Trains a model. One that was never initialised, whose weights are all 0, gets initial weights from the seed; any other goes on from its weights. Model, data, seed and settings
    /// determine every bit of the result, whatever the number of threads.
    /// </summary>
    /// <param name="model">The model. Nothing else may use it meanwhile.</param>
    /// <param name="train">The training data, for example <see cref="Dataset.For(IPatchMoEModel, float[], int[], int[])"/>.</param>
    /// <param name="test">Data that the model does not learn from, on which it is tested after every epoch.</param>
    /// <param name="epochs">Passes over the training data, ≥ 1; null for those of <paramref name="training"/>.</param>
    /// <param name="training">
    /// Optimizer, schedule, batch and initial weights; null for the spec's own, or else <see cref="TrainingSpec.Default"/>, with a batch of all samples where there are fewer.
    /// </param>
    /// <param name="seed">The seed of initial weights and shuffling; null for that of <paramref name="training"/>.</param>
    /// <param name="threads">Threads that share the work, ≥ 1; null for one on each processor.</param>
    /// <param name="progress">Told of every update and every epoch, on the thread that trains.</param>
    /// <param name="logger">Told of the start, every epoch and the end, at the level Information, and of what is wrong with the result (<see cref="TrainingResult.Notices"/>) as warnings.</param>
    /// <param name="cancellation">Stops the training between two updates. The model keeps what it has learned so far.</param>
    /// <returns>The accuracy on the test data, and the course of the training.</returns>
    /// <exception cref="BadInputException">The data do not fit the model or the settings.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    /// <exception cref="TrainingDivergedException">A loss, gradient or weight is not finite.</exception>
    /// <exception cref="ArgumentOutOfRangeException">epochs or threads is below 1.</exception>
    public static TrainingResult Fit(
        this IPatchMoEModel model,
        Dataset train,
        Dataset test,
        int? epochs = null,
        TrainingSpec? training = null,
        ulong? seed = null,
        int? threads = null,
        IProgress<TrainingProgress>? progress = null,
        ILogger? logger = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentOutOfRangeException.ThrowIfLessThan(epochs ?? 1, 1, nameof(epochs));
        cancellation.ThrowIfCancellationRequested();
        TrainingSpec settings = Settings(model, training, train.Count, epochs);
        ulong drawn = seed ?? (ulong)settings.Seed;
        using var engine = new CpuEngine(model, threads ?? Environment.ProcessorCount);
        var log = new TrainingLog(logger, model.Spec.Name, progress);
        log.Begin(train.Count, test.Count, settings.Epochs, engine.Device);
        TrainingResult result = new Trainer(model, engine, settings, train, test, new TrainerOptions { Seed = drawn }).Run(log, cancellation);
        if (result.Interrupted)
        {
            log.Stopped(result.History.Count);
            cancellation.ThrowIfCancellationRequested();
        }

        log.End(result);
        return result;
    }

    /// <summary>Trains a model on a thread of its own; see <see cref="Fit"/>.</summary>
    /// <param name="model">The model. Nothing else may use it until the task ends.</param>
    /// <param name="train">As in <see cref="Fit"/>.</param>
    /// <param name="test">As in <see cref="Fit"/>.</param>
    /// <param name="epochs">As in <see cref="Fit"/>.</param>
    /// <param name="training">As in <see cref="Fit"/>.</param>
    /// <param name="seed">As in <see cref="Fit"/>.</param>
    /// <param name="threads">As in <see cref="Fit"/>.</param>
    /// <param name="progress">As in <see cref="Fit"/>; a <see cref="Progress{T}"/> made on a user interface's thread reports there.</param>
    /// <param name="logger">As in <see cref="Fit"/>.</param>
    /// <param name="cancellation">As in <see cref="Fit"/>; the task is then cancelled.</param>
    /// <returns>A task that ends as <see cref="Fit"/> does.</returns>
    public static Task<TrainingResult> FitAsync(
        this IPatchMoEModel model,
        Dataset train,
        Dataset test,
        int? epochs = null,
        TrainingSpec? training = null,
        ulong? seed = null,
        int? threads = null,
        IProgress<TrainingProgress>? progress = null,
        ILogger? logger = null,
        CancellationToken cancellation = default) => Task.Factory.StartNew(
            () => model.Fit(train, test, epochs, training, seed, threads, progress, logger, cancellation),
            cancellation,
            TaskCreationOptions.LongRunning | TaskCreationOptions.DenyChildAttach,
            TaskScheduler.Default);

    private static TrainingSpec Settings(IPatchMoEModel model, TrainingSpec? given, int samples, int? epochs)
    {
        TrainingSpec settings = given ?? model.Spec.Training ?? TrainingSpec.Default;
        return settings with
        {
            Epochs = epochs ?? settings.Epochs,
            Batch = given is null ? Math.Clamp(settings.Batch, 1, Math.Max(1, samples)) : settings.Batch,
        };
    }
}
