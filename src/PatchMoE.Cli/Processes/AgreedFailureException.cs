namespace PatchMoE.Cli.Processes;

/// <summary>A failure that all processes know of: the first reports it, and all leave in order.</summary>
internal sealed class AgreedFailureException(string message) : Exception(message);
