namespace PatchMoE.TorchSharp.Loading;

/// <summary>A place where libtorch was looked for.</summary>
/// <param name="Origin">Which place: what a user calls it.</param>
/// <param name="Folder">The folder with the libraries; null where there is none.</param>
/// <param name="Refusal">Why it is not taken, in one line; null if it can be.</param>
internal sealed record LibtorchPlace(string Origin, string? Folder, string? Refusal);
