namespace PatchMoE.TorchSharp.Loading;

/// <summary>A place where libtorch was looked for.</summary>
/// <param name="Origin">The place, in the user's words.</param>
/// <param name="Folder">The folder with the libraries; null if there is none.</param>
/// <param name="Refusal">Why it is not used, in one line; null if it can be.</param>
internal sealed record LibtorchPlace(string Origin, string? Folder, string? Refusal);
