namespace PatchMoE.Cli.Publishing;

/// <summary>What a network is compiled to.</summary>
/// <param name="IsLibrary">A library with C functions; otherwise a console program.</param>
/// <param name="InstructionSet">The processors that it runs on, as the native compiler calls them; empty for every one.</param>
internal readonly record struct NativeForm(bool IsLibrary, string InstructionSet);
