using System.Globalization;

namespace PatchMoE.Cli.Theory;

/// <summary>Which method needs fewer samples by its order: joint training beside separate training with the same l, and both beside the CNN.</summary>
/// <param name="sizes">The network's sizes.</param>
internal sealed class Regimes(TheorySizes sizes)
{
    private readonly OrderRow _samples = PaperOrders.Of(sizes)[0];

    /// <summary>k⁴l⁶ &lt; l⁸, that is k &lt; √l.</summary>
    public bool JointBelowSeparate => (long)sizes.Experts * sizes.Experts < sizes.PatchesPerExpert;

    /// <summary>k⁴l⁶ &lt; n⁸.</summary>
    public bool JointBelowCnn => MostPatches() >= sizes.PatchesPerExpert;

    /// <summary>l &lt; n.</summary>
    public bool SeparateBelowCnn => sizes.PatchesPerExpert < sizes.Patches;

    /// <summary>The largest l ≤ n with which joint training's order of samples is below the CNN's for this k; 0 if there is none.</summary>
    public int MostPatches() => Enumerable.Range(1, sizes.Patches).LastOrDefault(l => Math.Pow(sizes.Experts, 4) * Math.Pow(l, 6) < Math.Pow(sizes.Patches, 8));

    /// <summary>A sentence for each comparison.</summary>
    public IReadOnlyList<string> Sentences() => [JointAndSeparate(), JointAndCnn(), SeparateAndCnn()];

    private string JointAndSeparate()
    {
        (int k, int l, int n) = (sizes.Experts, sizes.PatchesPerExpert, sizes.Patches);
        string root = $"√l = {Number.Short(Math.Sqrt(l))}";
        if (JointBelowSeparate)
        {
            return $"Joint beside separate, both with l = {l}: k = {k} is below {root}, so joint training needs fewer samples.";
        }

        long least = ((long)k * k) + 1;
        string remedy = least <= n
            ? string.Create(CultureInfo.InvariantCulture, $"With k = {k} that takes l ≥ {least}.")
            : string.Create(CultureInfo.InvariantCulture, $"With k = {k} that would take l ≥ {least}, more than the n = {n} patches.");
        string needs = (long)k * k == l ? "needs as many samples" : "needs more samples";
        return $"Joint beside separate, both with l = {l}: k = {k} is not below {root}, so joint training {needs}. {remedy}";
    }

    private string JointAndCnn()
    {
        int most = MostPatches();
        string orders = $"k⁴l⁶ = {Number.Short(_samples.Joint.Value)} is {(JointBelowCnn ? "below" : "not below")} n⁸ = {Number.Short(_samples.Cnn.Value)}";
        string limit = most switch
        {
            0 => $"With k = {sizes.Experts} no l does.",
            _ when most == sizes.Patches => $"With k = {sizes.Experts} that holds for every l.",
            _ => $"With k = {sizes.Experts} that holds up to l = {most}.",
        };
        return $"Joint beside the CNN: {orders}, so joint training needs {(JointBelowCnn ? "fewer samples" : "no fewer samples")}. {limit}";
    }

    private string SeparateAndCnn() => SeparateBelowCnn
        ? $"Separate beside the CNN: l = {sizes.PatchesPerExpert} is below n = {sizes.Patches}, so separate training needs fewer samples, by (l/n)⁸ = {Number.Short(_samples.SeparateRatio)}."
        : $"Separate beside the CNN: l = n = {sizes.Patches}, so separate training needs as many samples.";
}
