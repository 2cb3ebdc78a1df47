using PatchMoE.Training.Collectives;
using PatchMoE.Training.Runs;

namespace PatchMoE.Training;

/// <summary>What a training run needs besides model, engine, spec and data. Only the seeds affect the result.</summary>
public sealed record TrainerOptions
{
    /// <summary>The seed of the shuffling; with the same seed, spec, data and initial weights the result is bit-identical.</summary>
    public required ulong Seed { get; init; }

    /// <summary>The seed of the choice of held-out samples; null for <see cref="Seed"/>. Runs that are compared need the same.</summary>
    public ulong? HeldOutSeed { get; init; }

    /// <summary>Whether the run ends with a look for signs that it failed (see <see cref="TrainingResult.Notices"/>).</summary>
    public bool Notices { get; init; } = true;

    /// <summary>Samples per pass of the evaluation, ≥ 1.</summary>
    public int EvaluationBatch { get; init; } = 256;

    /// <summary>The number of epochs between two tests on the test data; 0 to test only at the end. An epoch without a test has no test metrics.</summary>
    public int TestEvery { get; init; } = 1;

    /// <summary>
    /// The processes that train together, of which each runs a trainer with the same spec, data, seed and checkpoint; null for this one alone. The result is the same for any number of them,
    /// with the same <see cref="TrainingSpec.Shares"/>, of which each needs one at least.
    /// </summary>
    public ICollective? Collective { get; init; }

    /// <summary>
    /// Whether each process takes one share, whatever the spec says, and the collective adds the gradients up in its own order: faster, and the bits depend on the number of processes.
    /// </summary>
    public bool PlainSum { get; init; }

    /// <summary>Called with a checkpoint every <see cref="CheckpointEvery"/> epochs, and when the run is cancelled; null for none.</summary>
    public Action<Checkpoint>? SaveCheckpoint { get; init; }

    /// <summary>The number of epochs between two checkpoints, ≥ 1.</summary>
    public int CheckpointEvery { get; init; } = 10;
}
