using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>The result of a training run. The weights are in the model.</summary>
/// <param name="History">Every finished epoch, in order, including those before a resumed checkpoint.</param>
/// <param name="Final">The model's final evaluation on the test data.</param>
/// <param name="Seconds">The duration of this run in seconds, evaluation included.</param>
/// <param name="Interrupted">Whether it was cancelled before its end; the model then holds what was learned so far.</param>
/// <param name="Checkpoint">The state of the run: resuming an interrupted run from here is bit-identical to an uninterrupted one.</param>
public sealed record TrainingResult(
    IReadOnlyList<EpochMetrics> History, EvaluationResult Final, double Seconds, bool Interrupted, Checkpoint Checkpoint)
{
    /// <summary>The model's evaluation on the held-out samples, class weights included in its loss; null if none are held out.</summary>
    public EvaluationResult? Validation { get; init; }

    /// <summary>The epoch whose weights the model has, from 1 in its phase; null for those of the last update.</summary>
    public int? BestEpoch { get; init; }

    /// <summary>Whether the run ended early because the validation loss no longer fell.</summary>
    public bool StoppedEarly { get; init; }

    /// <summary>How many samples were trained on.</summary>
    public int TrainedSamples { get; init; }

    /// <summary>The seconds that this process spent on exchanges with others, with the wait for slower ones; 0 if it trained alone.</summary>
    public double ExchangeSeconds { get; init; }

    /// <summary>The trainings of which this is the one with the lowest validation loss; empty if there was only one.</summary>
    public IReadOnlyList<SeedResult> Seeds { get; init; } = [];

    /// <summary>Signs that the run has failed: each with the numbers it rests on and a remedy. None for an interrupted run.</summary>
    public IReadOnlyList<SpecDiagnostic> Notices { get; init; } = [];
}
