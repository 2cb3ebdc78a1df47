using System.Text;
using PatchMoE.Formats;

namespace PatchMoE.Training.Runs;

/// <summary>A finished or interrupted training run, read from its folder.</summary>
/// <param name="Name">Its name in reports.</param>
/// <param name="Spec">What was trained.</param>
/// <param name="History">Its epochs, at least one.</param>
public sealed record RunRecord(string Name, PatchMoESpec Spec, IReadOnlyList<EpochMetrics> History)
{
    /// <summary>What the passes of the network cost.</summary>
    internal NetworkCost Cost { get; } = NetworkCost.Of(Spec.Model);

    /// <summary>Samples per update.</summary>
    public int Batch => (Spec.Training ?? TrainingSpec.Default).Batch;

    /// <summary>The seconds that one update takes, see <see cref="StepTime"/>; null if none was timed.</summary>
    public double? SecondsPerStep => StepTime(History, Batch);

    /// <summary>
    /// The seconds that one update of the network takes: the median over the epochs, without those in which routers learn alone, which compute no network.
    /// Null if no epoch was timed.
    /// </summary>
    /// <param name="history">The epochs.</param>
    /// <param name="batch">Samples per update.</param>
    internal static double? StepTime(IEnumerable<EpochMetrics> history, int batch)
    {
        double[] rates = [.. history.Where(epoch => epoch.Phase != TrainingPhase.Routers).Select(epoch => epoch.SamplesPerSecond).Where(rate => rate > 0).Order()];
        return rates.Length == 0 ? null : batch / rates[rates.Length / 2];
    }

    /// <summary>The peak memory of the process, in bytes; null if unknown.</summary>
    public long? PeakMemory => History.Max(epoch => epoch.PeakMemory);

    /// <summary>The last epoch.</summary>
    public EpochMetrics Last => History[^1];

    /// <summary>Reads <c>metrics.jsonl</c>.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="BadInputException">It cannot be read, has no epoch, or a line is not one of metrics.</exception>
    public static IReadOnlyList<EpochMetrics> ReadMetrics(string path)
    {
        string text = InputFile.Read(path, stream =>
        {
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return reader.ReadToEnd();
        });
        string[] lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (lines.Length == 0)
        {
            throw new BadInputException($"{path}: there is no finished epoch. Continue the training with --resume.");
        }

        try
        {
            return [.. lines.Select(EpochMetrics.FromJson)];
        }
        catch (FormatException exception)
        {
            throw new BadInputException($"{path}: {exception.Message} Name the folder of a run of 'pmoe train'.", exception);
        }
    }
}
