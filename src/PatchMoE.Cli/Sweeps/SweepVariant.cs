namespace PatchMoE.Cli.Sweeps;

/// <summary>One of the networks or settings that a sweep compares.</summary>
/// <param name="Name">Its name; null if only its settings tell it from the others.</param>
/// <param name="Base">What its settings change.</param>
/// <param name="Settings">What is set for all its cells, in this order.</param>
internal sealed record SweepVariant(string? Name, SweepBase Base, IReadOnlyList<FieldSetting> Settings);
