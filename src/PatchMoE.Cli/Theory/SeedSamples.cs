using PatchMoE.Training.Data;

namespace PatchMoE.Cli.Theory;

/// <summary>The data of each seed, drawn when its first network is trained and released with its last. Thread-safe.</summary>
/// <param name="job">The job; its own data are those of its first seed.</param>
/// <param name="uses">How many networks each seed has.</param>
internal sealed class SeedSamples(TheoryJob job, int uses)
{
    private readonly Dictionary<ulong, Lazy<LoadedData>> _held = [];
    private readonly Dictionary<ulong, int> _remaining = job.SeedValues.ToDictionary(seed => seed, _ => uses);

    /// <summary>The data of a seed. Return them with <see cref="Release"/>.</summary>
    public LoadedData Take(ulong seed)
    {
        Lazy<LoadedData> data;
        lock (_held)
        {
            if (!_held.TryGetValue(seed, out data!))
            {
                data = new(() => seed == job.SeedValues[0] ? job.Data : job.Draw(seed));
                _held.Add(seed, data);
            }
        }

        return data.Value;
    }

    /// <summary>Ends the use by one network.</summary>
    public void Release(ulong seed)
    {
        lock (_held)
        {
            if (--_remaining[seed] == 0)
            {
                _held.Remove(seed);
            }
        }
    }
}
