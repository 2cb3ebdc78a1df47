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
    IReadOnlyList<EpochMetrics> History, EvaluationResult Final, double Seconds, bool Interrupted, Checkpoint Checkpoint);
