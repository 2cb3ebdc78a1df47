using System.Diagnostics;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>
/// Trains a network: <c>joint</c> and <c>single</c> in one phase, <c>separate</c> in two (routers, then experts). The model's weights are trained
/// in place, starting from their current values. An update allocates nothing.
/// </summary>
/// <param name="model">The weights.</param>
/// <param name="engine">Computes this network; its weights are set from the model's. The caller owns and disposes it.</param>
/// <param name="training">Method, epochs, batch, optimizer, schedule. <c>init</c> and <c>seed</c> are left to the caller.</param>
/// <param name="train">The training data.</param>
/// <param name="test">The test data, evaluated after every epoch.</param>
/// <param name="options">Seed, tests, checkpoints.</param>
public sealed class Trainer(
    INetworkWeights model, ITrainingEngine engine, TrainingSpec training, Dataset train, Dataset test, TrainerOptions options)
{
    private readonly ShuffledOrder _order = new(train.Count, training.Batch, options.Seed);
    private readonly List<EpochMetrics> _history = [];

    // The state of the run: the current epoch (from 0), the updates made in it, and the sum of its samples' losses.
    private int _epoch;
    private int _batch;
    private double _lossSum;

    /// <summary>Trains to the end, or until it is cancelled.</summary>
    /// <param name="progress">Notified of every update and epoch.</param>
    /// <param name="cancellation">Stops the run between two updates; what was learned so far is kept in the model.</param>
    /// <param name="resumeFrom">A checkpoint of the same spec, data and seed to resume from; null to start.</param>
    /// <exception cref="BadInputException">The data do not fit the model or the spec, or the checkpoint is another run's.</exception>
    /// <exception cref="TrainingDivergedException">A loss, gradient or weight is not finite.</exception>
    public TrainingResult Run(
        IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default, Checkpoint? resumeFrom = null)
    {
        long started = Stopwatch.GetTimestamp();
        ModelSpec spec = model.Spec.Model;
        DatasetRules.Check(train, spec, "training data");
        DatasetRules.Check(test, spec, "test data");
        DatasetRules.CheckTraining(train, spec, training.Batch);
        resumeFrom?.CheckFits(model, training, train.Count, options.Seed);

        _history.Clear();
        var evaluator = new Evaluator(engine, options.EvaluationBatch);
        TrainingPhase[] phases = Phases(spec);
        int first = resumeFrom is null ? 0 : Array.IndexOf(phases, resumeFrom.Phase);
        TrainingStage stage = MakeStage(phases[first], evaluator);
        Restore(stage, resumeFrom);
        bool finished = RunStage(stage, progress, cancellation);
        for (int i = first + 1; i < phases.Length && finished; i++)
        {
            stage = MakeStage(phases[i], evaluator);
            Restore(stage, checkpoint: null);
            finished = RunStage(stage, progress, cancellation);
        }

        EvaluationResult final = evaluator.Evaluate(test);

        // An engine may hold the weights elsewhere. A run that was cancelled right after the update that diverged must not be saved as what was learned.
        stage.Collect();
        double learningRate = stage.LearningRate(Math.Min(_epoch, stage.Epochs - 1), Math.Max(_batch - 1, 0), _order.Batches);
        TrainingDivergedException.ThrowIfNotFinite(model, final.Loss, [], new TrainingPlace(stage.Phase, Math.Min(_epoch + 1, stage.Epochs), _batch, learningRate));
        return new TrainingResult([.. _history], final, Stopwatch.GetElapsedTime(started).TotalSeconds, !finished, Capture(stage));
    }

    private TrainingPhase[] Phases(ModelSpec spec)
    {
        if (training.Method != TrainingMethod.Separate)
        {
            return [TrainingPhase.All];
        }

        RouterStage.CheckModel(spec);
        return [TrainingPhase.Routers, TrainingPhase.Experts];
    }

    private TrainingStage MakeStage(TrainingPhase phase, Evaluator evaluator) => phase == TrainingPhase.Routers
        ? new RouterStage(model, engine, training, train, test, evaluator)
        : new NetworkStage(phase, model, engine, training, train, test, evaluator);

    private bool RunStage(TrainingStage stage, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        stage.Begin();
        while (_epoch < stage.Epochs)
        {
            _order.Begin(stage.Phase, _epoch);
            stage.BeginEpoch(_epoch);
            long started = Stopwatch.GetTimestamp();
            int firstBatch = _batch;
            for (; _batch < _order.Batches; _batch++)
            {
                if (cancellation.IsCancellationRequested)
                {
                    return false;
                }

                Update(stage);
                progress?.Report(new TrainingProgress(
                    stage.Phase, _epoch + 1, stage.Epochs, _batch + 1, _order.Batches, _lossSum / SamplesIn(_batch + 1)));
            }

            int samples = train.Count - SamplesIn(firstBatch);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (!FinishEpoch(stage, seconds > 0 ? samples / seconds : 0, progress, cancellation))
            {
                return false;
            }
        }

        return true;
    }

    private void Update(TrainingStage stage)
    {
        ReadOnlySpan<int> samples = _order.Batch(_batch);
        double learningRate = stage.LearningRate(_epoch, _batch, _order.Batches);
        ReadOnlySpan<int> next = _batch + 1 < _order.Batches ? _order.Batch(_batch + 1) : [];
        double loss = stage.Step(samples, next, learningRate);
        if (!double.IsFinite(loss))
        {
            var gradients = new float[model.Parameters.Length];
            stage.Collect();
            stage.GetGradients(gradients);
            TrainingDivergedException.ThrowIfNotFinite(model, loss, gradients, new TrainingPlace(stage.Phase, _epoch + 1, _batch + 1, learningRate));
        }

        _lossSum += loss * samples.Length;
    }

    /// <summary>Evaluates the epoch and begins the next; false if it was cancelled first.</summary>
    private bool FinishEpoch(TrainingStage stage, double samplesPerSecond, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        (double Loss, double? Accuracy, double? RouterHitRate)? tested;
        try
        {
            tested = options.TestEvery > 0 && (_epoch + 1) % options.TestEvery == 0 ? stage.Test(cancellation) : null;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }

        double learningRate = stage.LearningRate(_epoch, _order.Batches - 1, _order.Batches);
        stage.Collect();
        TrainingDivergedException.ThrowIfNotFinite(model, tested?.Loss ?? 0, [], new TrainingPlace(stage.Phase, _epoch + 1, 0, learningRate));
        var metrics = new EpochMetrics(
            stage.Phase, _epoch + 1, learningRate, _lossSum / train.Count, tested?.Loss, tested?.Accuracy, tested?.RouterHitRate, samplesPerSecond)
        {
            PeakMemory = PeakMemory(),
        };
        _history.Add(metrics);
        (_epoch, _batch, _lossSum) = (_epoch + 1, 0, 0);
        progress?.Report(new TrainingProgress(
            stage.Phase, metrics.Epoch, stage.Epochs, _order.Batches, _order.Batches, metrics.TrainLoss, metrics));
        if (options.SaveCheckpoint is { } save && _epoch % options.CheckpointEvery == 0)
        {
            save(Capture(stage));
        }

        return true;
    }

    private static long? PeakMemory()
    {
        using Process process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64 is > 0 and var bytes ? bytes : null;
    }

    /// <summary>The number of samples in the first <paramref name="batches"/> updates of an epoch.</summary>
    private int SamplesIn(int batches) => (int)Math.Min((long)batches * training.Batch, train.Count);

    private Checkpoint Capture(TrainingStage stage)
    {
        stage.Collect();
        return new Checkpoint(
            options.Seed,
            training.Method,
            training.Optimizer.Kind,
            training.Batch,
            train.Count,
            stage.Phase,
            _epoch,
            _batch,
            _lossSum,
            stage.Optimizer.Steps,
            model.Parameters.ToArray(),
            [.. stage.Optimizer.State.Select(state => (state.Name, (float[])state.Values.Clone()))],
            [.. _history]);
    }

    /// <summary>Moves to the position of a checkpoint, or to the start of a stage.</summary>
    private void Restore(TrainingStage stage, Checkpoint? checkpoint)
    {
        (_epoch, _batch, _lossSum) = checkpoint is null ? (0, 0, 0) : (checkpoint.Epoch, checkpoint.Batch, checkpoint.LossSum);
        if (checkpoint is null)
        {
            return;
        }

        _history.AddRange(checkpoint.History);
        checkpoint.Weights.CopyTo(model.Parameters);
        stage.Optimizer.Steps = checkpoint.OptimizerSteps;
        foreach ((string name, float[] values) in stage.Optimizer.State)
        {
            checkpoint.OptimizerState.Single(state => state.Name == name).Values.CopyTo(values, 0);
        }
    }
}
