namespace PatchMoE.Training.Runs;

/// <summary>
/// All that is needed to resume a training run: with the same spec, data and seed, a resumed run is bit-identical to an uninterrupted one, with any number of
/// threads and processes.
/// </summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Method">The training method.</param>
/// <param name="OptimizerKind">The spec's update rule.</param>
/// <param name="BatchSize">Samples per update.</param>
/// <param name="Samples">The number of training samples.</param>
/// <param name="Phase">The current phase.</param>
/// <param name="Epoch">The number of finished epochs of the phase.</param>
/// <param name="Batch">The number of updates made in the current epoch.</param>
/// <param name="LossSum">The sum of the losses of that epoch's samples so far.</param>
/// <param name="OptimizerSteps">The number of updates made by the phase's optimizer.</param>
/// <param name="Weights">The parameter buffer.</param>
/// <param name="OptimizerState">The optimizer's state: named buffers with the same layout.</param>
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
    /// <summary>How many of the training samples are held out.</summary>
    public int HeldOut { get; init; }

    /// <summary>The number of shares that a batch is cut into.</summary>
    public int Shares { get; init; } = 1;

    /// <summary>The epoch whose weights are kept; null if the last ones are.</summary>
    public BestEpoch? Best { get; init; }

    /// <summary>The weights that the run is to give: those of the best epoch, if it keeps them.</summary>
    public float[] Result => Best?.Weights ?? Weights;

    /// <summary>Checks that this is a checkpoint of the run to resume.</summary>
    /// <param name="model">The run's model.</param>
    /// <param name="training">Its spec; more epochs than before are allowed.</param>
    /// <param name="samples">The number of its training samples.</param>
    /// <param name="heldOut">How many of them are held out.</param>
    /// <param name="seed">Its seed.</param>
    /// <exception cref="BadInputException">A value differs; the message names it.</exception>
    public void CheckFits(INetworkWeights model, TrainingSpec training, int samples, int heldOut, ulong seed)
    {
        Require("seed", Seed, seed);
        Require("training.method", Method, training.Method);
        Require("training.optimizer.kind", OptimizerKind, training.Optimizer.Kind);
        Require("training.batch", BatchSize, training.Batch);
        Require("training.shares", Shares, training.Shares);
        Require("data.train", Samples, samples);
        Require("the number of samples held out (training.validation)", HeldOut, heldOut);
        Require("the number of weights", Weights.Length, model.Parameters.Length);
        CheckPlace(Phase == TrainingPhase.Routers ? training.RouterEpochs : training.Epochs);
    }

    /// <summary>A place in the run that no training reaches would end it at once, or skip updates, without a word.</summary>
    private void CheckPlace(int epochs)
    {
        if (Epoch > epochs)
        {
            string field = Phase == TrainingPhase.Routers ? "training.routerEpochs" : "training.epochs";
            throw new BadInputException(
                $"checkpoint: {Epoch} epochs are finished, but {field} is {epochs}. Resume with {Epoch} or more, or start a new run in another folder.");
        }

        int batches = (Samples - HeldOut + BatchSize - 1) / BatchSize;
        long updates = ((long)Epoch * batches) + Batch;
        string? damage =
            Batch > batches ? $"{Batch} updates of its epoch are made, but an epoch has {batches}"
            : Epoch == epochs && Batch > 0 ? $"{Batch} updates are made after the last of {epochs} epochs"
            : OptimizerSteps != updates ? $"the optimizer counts {OptimizerSteps} updates, but {Epoch} epochs of {batches} and {Batch} more are {updates}"
            : History.Count(epoch => epoch.Phase == Phase) != Epoch ? $"its history has {History.Count(epoch => epoch.Phase == Phase)} epochs, but {Epoch} are finished"
            : Best is { } best && best.Epoch > Epoch ? $"its best epoch is {best.Epoch}, but {Epoch} are finished"
            : null;
        if (damage is not null)
        {
            throw new BadInputException($"checkpoint: it is damaged: {damage}. Start the run again, with --force.");
        }
    }

    private static void Require<T>(string field, T saved, T wanted)
        where T : notnull
    {
        if (!saved.Equals(wanted))
        {
            throw new BadInputException(
                $"checkpoint: {field} is {saved}, but this run has {wanted}. Resume with the spec and seed that the run started with, or start a new run in another folder.");
        }
    }
}
