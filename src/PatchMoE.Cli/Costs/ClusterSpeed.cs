namespace PatchMoE.Cli.Costs;

/// <summary>A machine and the network between several of them.</summary>
/// <param name="SecondsPerSample">The time of one process for one sample of a step.</param>
/// <param name="SecondsPerUpdate">The time of one process for the update of its weights.</param>
/// <param name="BytesPerSecond">What the network moves for a process, in each direction.</param>
/// <param name="Latency">Seconds from a message's start to its end, if it is empty.</param>
internal sealed record ClusterSpeed(double SecondsPerSample, double SecondsPerUpdate, double BytesPerSecond, double Latency);
