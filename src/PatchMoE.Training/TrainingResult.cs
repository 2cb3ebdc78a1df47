using PatchMoE.Training.Evaluation;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>What a training run came to. The weights are in the model.</summary>
/// <param name="History">Every finished epoch, in order, including those before a resumed checkpoint.</param>
/// <param name="Final">The model as it is now, on the test data.</param>
/// <param name="Seconds">Seconds of this run, evaluation included.</param>
/// <param name="Interrupted">Whether it was cancelled before its end; the model then holds what was learnt so far.</param>
/// <param name="Checkpoint">Where it stands: resuming an interrupted run from here gives the bits of an uninterrupted one.</param>
public sealed record TrainingResult(
    IReadOnlyList<EpochMetrics> History, EvaluationResult Final, double Seconds, bool Interrupted, Checkpoint Checkpoint);
