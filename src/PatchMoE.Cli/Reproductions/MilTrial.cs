namespace PatchMoE.Cli.Reproductions;

/// <summary>One training of the experiment.</summary>
/// <param name="Network">The spec's name among those that come with the command: it gives the sizes of the bags.</param>
/// <param name="Method">How bags are classified, for example <c>pMoE</c> or <c>attention</c>.</param>
/// <param name="Bags">The number of training bags.</param>
/// <param name="Seed">The seed of data, initial weights and order.</param>
/// <param name="Cell">The training.</param>
internal sealed record MilTrial(string Network, string Method, int Bags, int Seed, MilCell Cell);
