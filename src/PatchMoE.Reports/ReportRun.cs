namespace PatchMoE.Reports;

/// <summary>A run as its report names it: how to make it again, and how to use what it made.</summary>
/// <param name="Origin">Command, machine, version, date.</param>
/// <param name="SpecPath">The spec's file, as a command line names it.</param>
/// <param name="WeightsPath">The weights' file, as a command line names it.</param>
/// <param name="TrainingAccuracy">The share of training samples that the network classifies correctly, 0 to 1; null if not measured.</param>
internal sealed record ReportRun(ReportOrigin Origin, string SpecPath, string WeightsPath, double? TrainingAccuracy);
