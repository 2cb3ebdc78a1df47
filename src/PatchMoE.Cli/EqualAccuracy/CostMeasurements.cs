namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>What one network took on this machine.</summary>
/// <param name="Network">The network's name.</param>
/// <param name="TrainingSeconds">For each seed the time of the training to the target, on one thread, without tests; null where it was not reached.</param>
/// <param name="EpochSeconds">The time of an epoch of the network itself, with seed 1, on one thread.</param>
/// <param name="SingleSeconds">The time of the prediction of one sample alone, on one thread.</param>
/// <param name="BatchSeconds">The time for each of 100 samples that are predicted together, on one thread.</param>
/// <param name="TrainingMemory">The peak memory in bytes of a process that draws the mosaics and trains; null if unknown.</param>
/// <param name="PredictionMemory">The peak memory in bytes of a process that predicts; null if unknown.</param>
internal sealed record NetworkMeasurement(
    string Network, IReadOnlyList<double?> TrainingSeconds, double EpochSeconds, double SingleSeconds, double BatchSeconds, long? TrainingMemory, long? PredictionMemory);

/// <summary>Times and memory on this machine: never part of a cell's result.</summary>
/// <param name="Networks">The networks.</param>
/// <param name="DataMemory">The peak memory in bytes of a process that draws the mosaics and has no network; null if unknown.</param>
/// <param name="Repeats">How often each training was run.</param>
/// <param name="Load">The load average of the last minute at the end; null if the system has none.</param>
internal sealed record CostMeasurements(IReadOnlyList<NetworkMeasurement> Networks, long? DataMemory, int Repeats, double? Load);
