using System.Globalization;
using PatchMoE.Training.Runs;

namespace PatchMoE.Reports.TensorBoard;

/// <summary>An epoch and when it ended.</summary>
/// <param name="Metrics">Its results.</param>
/// <param name="Ended">When it ended.</param>
public sealed record TimedEpoch(EpochMetrics Metrics, DateTimeOffset Ended);

/// <summary>
/// A training run as scalars for TensorBoard. A step is an epoch, counted over all phases. Each event file holds a whole run, so writing it again replaces it.
/// </summary>
public static class EventFile
{
    /// <summary>The name: TensorBoard reads every file whose name contains <c>tfevents</c>.</summary>
    public const string Name = "events.out.tfevents.pmoe";

    /// <summary>Writes the events of a run to a stream.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="epochs">The epochs, in order.</param>
    public static void Write(Stream stream, IReadOnlyList<TimedEpoch> epochs)
    {
        RecordWriter.Write(stream, EventMessage.First(Seconds(epochs.Count > 0 ? epochs[0].Ended : DateTimeOffset.UnixEpoch)));
        for (int i = 0; i < epochs.Count; i++)
        {
            IEnumerable<(string, float)> scalars = Scalars(epochs[i].Metrics).Where(one => one.Value is not null).Select(one => (one.Tag, (float)one.Value!));
            RecordWriter.Write(stream, EventMessage.Scalars(Seconds(epochs[i].Ended), i + 1, scalars));
        }
    }

    private static IEnumerable<(string Tag, double? Value)> Scalars(EpochMetrics epoch)
    {
        // The routers' linear loss has nothing to do with the network's.
        string loss = epoch.Phase == TrainingPhase.Routers ? "router loss" : "loss";
        yield return ($"{loss}/train", epoch.TrainLoss);
        yield return ($"{loss}/validation", epoch.ValidationLoss);
        yield return ($"{loss}/test", epoch.TestLoss);
        yield return ("accuracy/validation", epoch.ValidationAccuracy);
        yield return ("accuracy/test", epoch.TestAccuracy);
        yield return ("router hit rate", epoch.RouterHitRate);
        yield return ("learning rate", epoch.LearningRate);
        yield return ("samples per second", epoch.SamplesPerSecond);
        if (epoch.Experts is { } use)
        {
            yield return ("experts/entropy", use.Entropy);
            yield return ("experts/covered", use.Covered);
            yield return ("experts/dropped", use.Dropped);
            for (int s = 0; s < use.Patches.Count; s++)
            {
                string expert = s.ToString(CultureInfo.InvariantCulture);
                yield return ($"expert patches/{expert}", use.Patches[s]);
                yield return ($"expert gate/{expert}", s < use.Gate.Count ? use.Gate[s] : null);
            }
        }
    }

    private static double Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).TotalSeconds;
}
