using System.Diagnostics;
using PatchMoE.Initialization;
using PatchMoE.Kernels;
using PatchMoE.Training.Collectives;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Notices;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>
/// Trains a network: <c>joint</c> and <c>single</c> in one phase, <c>separate</c> in two (routers, then experts). The model's weights are trained
/// in place, starting from their current values; if all are 0, they are initialised first. An update allocates nothing.
/// </summary>
/// <param name="model">The weights.</param>
/// <param name="engine">Computes this network; its weights are set from the model's. The caller owns and disposes it.</param>
/// <param name="training">Method, epochs, batch, optimizer, schedule. <c>init</c> is used only for weights that are all 0, and <c>seed</c> is left to the caller.</param>
/// <param name="train">The training data.</param>
/// <param name="test">The test data, evaluated after every epoch.</param>
/// <param name="options">Seed, tests, checkpoints.</param>
public sealed class Trainer(
    INetworkWeights model, ITrainingEngine engine, TrainingSpec training, Dataset train, Dataset test, TrainerOptions options)
{
    private readonly List<EpochMetrics> _history = [];
    private readonly ExpertUseMeter? _meter = ExpertUseMeter.For(engine);

    // The state of the run: the current epoch (from 0), the updates made in it, the sum of its samples' losses, and the best epoch so far.
    private int _epoch;
    private int _batch;
    private double _lossSum;
    private BestEpoch? _best;

    // What the run computes with: the engine by itself, or in shares.
    private ITrainingEngine _engine = null!;

    // What is computed from the data at the start of the run.
    private TrainingParts _parts = null!;
    private ShuffledOrder _order = null!;

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
        _parts = TrainingParts.Of(spec, training, train.WithVectorsOf(model), test.WithVectorsOf(model), options.HeldOutSeed ?? options.Seed);
        _order = new ShuffledOrder(_parts.Trained, training.Batch, options.Seed);
        using SharedEngine? shared = Share(engine, training, options);
        _engine = shared ?? engine;
        cancellation = shared?.Agree(cancellation) ?? cancellation;
        resumeFrom?.CheckFits(model, training, train.Count, train.Count - _parts.Trained.Length, options.Seed);

        if (resumeFrom is null && !model.Parameters.ContainsAnyExcept(0f))
        {
            WeightInitializer.Initialize(model.Spec with { Training = training }, options.Seed, model.Parameters);
        }

        _history.Clear();
        _best = null;
        var evaluator = new Evaluator(_engine, options.EvaluationBatch);
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

        Checkpoint checkpoint = Capture(stage);
        RequireFinite(stage);
        if (!finished)
        {
            // Whoever stops a run may not wait for its evaluation.
            options.SaveCheckpoint?.Invoke(checkpoint);
        }

        (EvaluationResult final, EvaluationResult? validation) = Evaluate(Place(stage), evaluator);
        var result = new TrainingResult([.. _history], final, 0, !finished, checkpoint)
        {
            Validation = validation,
            BestEpoch = checkpoint.Best?.Epoch,
            StoppedEarly = finished && _epoch < stage.Epochs,
            TrainedSamples = _parts.Trained.Length,
            ExchangeSeconds = shared?.ExchangeTime.TotalSeconds ?? 0,
        };
        IReadOnlyList<SpecDiagnostic> notices = options.Notices && finished ? new TrainingNotices(engine, model, _parts, _meter).Of(result.History, final) : [];
        return result with { Notices = notices, Seconds = Stopwatch.GetElapsedTime(started).TotalSeconds };
    }

    /// <summary>The engine in shares; null if a batch is not cut.</summary>
    private static SharedEngine? Share(ITrainingEngine engine, TrainingSpec training, TrainerOptions options)
    {
        ICollective collective = options.Collective ?? OneProcess.Instance;
        int shares = options.PlainSum ? collective.Size : training.Shares;
        if (shares == 1 && collective.Size == 1)
        {
            return null;
        }

        if (TrainingRules.Shares(shares, training.Batch, engine.Spec.Model) is { } diagnostic)
        {
            throw new BadInputException(diagnostic.Message);
        }

        return engine is IGradientEngine gradients
            ? new SharedEngine(gradients, collective, shares, options.PlainSum)
            : throw new NotSupportedException($"training.shares: {engine.GetType().Name} cannot give the gradients of a part of a batch. Use 1 share, or another engine.");
    }

    /// <summary>A run that was cancelled right after the update that diverged must not be saved as what was learned.</summary>
    private void RequireFinite(TrainingStage stage) =>
        TrainingDivergedException.ThrowIfNotFinite(model, FiniteCheck.FirstNotFinite(model.Parameters) < 0 ? 0 : double.NaN, [], Place(stage));

    private TrainingPlace Place(TrainingStage stage)
    {
        double learningRate = stage.LearningRate(Math.Min(_epoch, stage.Epochs - 1), Math.Max(_batch - 1, 0), _order.Batches);
        return new TrainingPlace(stage.Phase, Math.Min(_epoch + 1, stage.Epochs), _batch, learningRate);
    }

    /// <summary>Evaluates the weights that the run is to give, which the model and the engine then have.</summary>
    private (EvaluationResult Final, EvaluationResult? Validation) Evaluate(TrainingPlace place, Evaluator evaluator)
    {
        if (training.KeepsBestEpoch && _best is { } best)
        {
            best.Weights.CopyTo(model.Parameters);
        }

        _engine.SetParameters(model.Parameters);
        EvaluationResult final = evaluator.Evaluate(_parts.Test);
        TrainingDivergedException.ThrowIfNotFinite(model, final.Loss, [], place);
        return (final, _parts.Validation is { } validation ? evaluator.Evaluate(validation, _parts.Weights, CancellationToken.None) : null);
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
        ? new RouterStage(model, _engine, training, _parts, evaluator)
        : new NetworkStage(phase, model, _engine, training, _parts, evaluator);

    private bool RunStage(TrainingStage stage, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        stage.Begin();
        while (_epoch < stage.Epochs && !IsOutOfPatience())
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

            int samples = _parts.Trained.Length - SamplesIn(firstBatch);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (!FinishEpoch(stage, seconds > 0 ? samples / seconds : 0, progress, cancellation))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsOutOfPatience() => training.Patience is { } patience && _best is { } best && _epoch - best.Epoch >= patience;

    private void Update(TrainingStage stage)
    {
        ReadOnlySpan<int> samples = _order.Batch(_batch);
        double learningRate = stage.LearningRate(_epoch, _batch, _order.Batches);
        ReadOnlySpan<int> next = _batch + 1 < _order.Batches ? _order.Batch(_batch + 1) : [];
        double loss = stage.Step(samples, next, learningRate);
        if (!double.IsFinite(loss))
        {
            var gradients = new float[model.Spec.Model.NetworkLength()];
            stage.Collect();
            stage.GetGradients(gradients);
            TrainingDivergedException.ThrowIfNotFinite(model, loss, gradients, new TrainingPlace(stage.Phase, _epoch + 1, _batch + 1, learningRate));
        }

        _lossSum += loss * samples.Length;
    }

    /// <summary>Evaluates the epoch and begins the next; false if it was cancelled first.</summary>
    private bool FinishEpoch(TrainingStage stage, double samplesPerSecond, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        bool isTested = options.TestEvery > 0 && (_epoch + 1) % options.TestEvery == 0;
        (double Loss, double? Accuracy, double? RouterHitRate)? tested;
        EvaluationResult? validated;
        try
        {
            tested = isTested ? stage.Test(cancellation) : null;
            validated = stage.Validate(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return false;
        }

        double learningRate = stage.LearningRate(_epoch, _order.Batches - 1, _order.Batches);
        stage.Collect();
        var place = new TrainingPlace(stage.Phase, _epoch + 1, 0, learningRate);
        TrainingDivergedException.ThrowIfNotFinite(model, (tested?.Loss ?? 0) + (validated?.Loss ?? 0), [], place);
        var metrics = new EpochMetrics(
            stage.Phase, _epoch + 1, learningRate, _lossSum / _parts.Trained.Length, tested?.Loss, tested?.Accuracy, tested?.RouterHitRate, samplesPerSecond)
        {
            ValidationLoss = validated?.Loss,
            ValidationAccuracy = validated?.Accuracy,
            Experts = isTested ? _meter?.Measure(_parts.Unseen, model.Parameters).Use : null,
            PeakMemory = PeakMemory.Bytes(),
        };
        _history.Add(metrics);
        (_epoch, _batch, _lossSum) = (_epoch + 1, 0, 0);
        if (training.KeepsBestEpoch && validated is not null && (_best is null || validated.Loss < _best.ValidationLoss))
        {
            _best = new BestEpoch(_epoch, validated.Loss, model.Parameters.ToArray());
        }

        progress?.Report(new TrainingProgress(
            stage.Phase, metrics.Epoch, stage.Epochs, _order.Batches, _order.Batches, metrics.TrainLoss, metrics));
        if (options.SaveCheckpoint is { } save && _epoch % options.CheckpointEvery == 0)
        {
            save(Capture(stage));
        }

        return true;
    }

    /// <summary>The number of samples in the first <paramref name="batches"/> updates of an epoch.</summary>
    private int SamplesIn(int batches) => (int)Math.Min((long)batches * training.Batch, _parts.Trained.Length);

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
            [.. _history])
        {
            HeldOut = train.Count - _parts.Trained.Length,
            Shares = training.Shares,
            Best = _best,
        };
    }

    /// <summary>Moves to the position of a checkpoint, or to the start of a stage.</summary>
    private void Restore(TrainingStage stage, Checkpoint? checkpoint)
    {
        (_epoch, _batch, _lossSum) = checkpoint is null ? (0, 0, 0) : (checkpoint.Epoch, checkpoint.Batch, checkpoint.LossSum);
        if (checkpoint is null)
        {
            return;
        }

        _best = checkpoint.Best;
        _history.AddRange(checkpoint.History);
        checkpoint.Weights.CopyTo(model.Parameters);
        stage.Optimizer.Steps = checkpoint.OptimizerSteps;
        foreach ((string name, float[] values) in stage.Optimizer.State)
        {
            checkpoint.OptimizerState.Single(state => state.Name == name).Values.CopyTo(values, 0);
        }
    }
}
