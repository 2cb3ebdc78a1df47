namespace PatchMoE.Cli.Reproductions;

/// <summary>A map of success: training samples × one setting of a network.</summary>
/// <param name="Name">Its name in tables, for example <c>joint, l</c>.</param>
/// <param name="Spec">The name of the embedded spec that both vary.</param>
/// <param name="Symbol">The setting's symbol, for example <c>l</c>.</param>
/// <param name="Meaning">What it is, for example <c>patches per expert l</c>.</param>
/// <param name="Settings">The columns.</param>
/// <param name="QuickSettings">Those of <c>--quick</c>.</param>
/// <param name="Apply">The spec with another value of the setting.</param>
/// <param name="Theory">What the paper's theory says about the needed N, a sentence.</param>
internal sealed record PhasePlan(
    string Name,
    string Spec,
    string Symbol,
    string Meaning,
    IReadOnlyList<int> Settings,
    IReadOnlyList<int> QuickSettings,
    Func<PatchMoESpec, int, PatchMoESpec> Apply,
    string Theory)
{
    /// <summary>Whether the setting is l, which has a threshold.</summary>
    public bool HasThreshold => Symbol == "l";

    /// <summary>The columns of a run.</summary>
    public IReadOnlyList<int> Columns(ReproductionOptions options) => options.Quick ? QuickSettings : Settings;
}
