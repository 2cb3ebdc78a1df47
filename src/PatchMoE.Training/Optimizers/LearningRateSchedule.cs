using PatchMoE.Kernels;

namespace PatchMoE.Training.Optimizers;

/// <summary>The learning rate of each update.</summary>
/// <remarks>
/// Let t be the number of epochs done, counting the batches of the current one as fractions, W the warm-up and E the number of epochs.
/// Warm-up, t &lt; W: η·(t + one batch)/W, linear from 0 to η at W. After it, constant: η; cosine: η·½(1 + cos(π·(t − W)/(E − W)));
/// step: η·factor^⌊(t − W)/every⌋.
/// </remarks>
internal static class LearningRateSchedule
{
    /// <summary>The learning rate of one update.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="learningRate">η, the spec's learning rate.</param>
    /// <param name="epochs">E ≥ 1.</param>
    /// <param name="epoch">The current epoch, from 0.</param>
    /// <param name="batch">The current batch of the epoch, from 0.</param>
    /// <param name="batches">The number of batches in an epoch.</param>
    public static double At(ScheduleSpec schedule, double learningRate, int epochs, int epoch, int batch, int batches)
    {
        int warmup = schedule.WarmupOf(epochs);
        if (epoch < warmup)
        {
            return learningRate * (epoch + ((batch + 1.0) / batches)) / warmup;
        }

        int afterWarmup = epoch - warmup;
        return schedule.Kind switch
        {
            ScheduleKind.Constant => learningRate,
            ScheduleKind.Cosine => learningRate * 0.5 * (1 + StrictMath.CosPi((afterWarmup + ((double)batch / batches)) / (epochs - warmup))),
            ScheduleKind.Step => learningRate * StrictMath.Pow(schedule.Factor, afterWarmup / schedule.Every),
            _ => throw new ArgumentOutOfRangeException(nameof(schedule), schedule.Kind, "Unknown schedule."),
        };
    }
}
