namespace PatchMoE.Training.Runs;

/// <summary>
/// All that a training run needs to go on: with the same spec, data and seed, a resumed run gives the bits of an uninterrupted one, on any number of
/// threads.
/// </summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Method">The way of training.</param>
/// <param name="OptimizerKind">The spec's update rule.</param>
/// <param name="BatchSize">Samples per update.</param>
/// <param name="Samples">Training samples.</param>
/// <param name="Phase">The phase under way.</param>
/// <param name="Epoch">Finished epochs of the phase.</param>
/// <param name="Batch">Updates made in the epoch under way.</param>
/// <param name="LossSum">The sum of the losses of that epoch's samples so far.</param>
/// <param name="OptimizerSteps">Updates of the phase's optimizer.</param>
/// <param name="Weights">The parameter buffer.</param>
/// <param name="OptimizerState">What the optimizer remembers: named buffers of the same layout.</param>
/// <param name="History">Every finished epoch of the run.</param>
public sealed record Checkpoint(
    ulong Seed,
    TrainingMethod Method,
    OptimizerKind OptimizerKind,
    int BatchSize,
    int Samples,
    TrainingPhase Phase,
    int Epoch,
    int Batch,
    double LossSum,
    int OptimizerSteps,
    float[] Weights,
    IReadOnlyList<(string Name, float[] Values)> OptimizerState,
    IReadOnlyList<EpochMetrics> History)
{
    /// <summary>Checks that this is a checkpoint of the run that is to go on.</summary>
    /// <param name="model">The run's model.</param>
    /// <param name="training">Its spec; more epochs than before are allowed.</param>
    /// <param name="samples">Its training samples.</param>
    /// <param name="seed">Its seed.</param>
    /// <exception cref="BadInputException">A value differs; the message names it.</exception>
    public void CheckFits(INetworkWeights model, TrainingSpec training, int samples, ulong seed)
    {
        Require("seed", Seed, seed);
        Require("training.method", Method, training.Method);
        Require("training.optimizer.kind", OptimizerKind, training.Optimizer.Kind);
        Require("training.batch", BatchSize, training.Batch);
        Require("data.train", Samples, samples);
        Require("the number of weights", Weights.Length, model.Parameters.Length);
    }

    private static void Require<T>(string field, T saved, T wanted)
        where T : notnull
    {
        if (!saved.Equals(wanted))
        {
            throw new BadInputException(
                $"checkpoint: {field} is {saved}, but this run has {wanted}. Resume with the spec and seed the run began with, or begin a new run in another folder.");
        }
    }
}
