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
            return $"Joint beside separate, both with l = {l}: k = {k} is below {root}, so joint training's order of samples is the lower one.";
        }

        long least = ((long)k * k) + 1;
        string remedy = least <= n
            ? string.Create(CultureInfo.InvariantCulture, $"With k = {k}, joint training is ahead from l = {least} on.")
            : string.Create(CultureInfo.InvariantCulture, $"With k = {k}, joint training would be ahead from l = {least} on, but there are n = {n} patches.");
        string order = (long)k * k == l ? "the orders of samples are equal" : "joint training's order of samples is the higher one";
        return $"Joint beside separate, both with l = {l}: k = {k} is not below {root}, so {order}. {remedy}";
    }

    private string JointAndCnn()
    {
        int most = MostPatches();
        string orders = $"k⁴l⁶ = {Number.Short(_samples.Joint.Value)} is {(JointBelowCnn ? "below" : "not below")} n⁸ = {Number.Short(_samples.Cnn.Value)}";
        string limit = most switch
        {
            0 => $"With k = {sizes.Experts} it is for no l.",
            _ when most == sizes.Patches => $"With k = {sizes.Experts} that holds for every l.",
            _ => $"With k = {sizes.Experts} that holds up to l = {most}.",
        };
        return $"Joint beside the CNN: {orders}, so joint training's order of samples is {(JointBelowCnn ? "the lower one" : "not the lower one")}. {limit}";
    }

    private string SeparateAndCnn() => SeparateBelowCnn
        ? $"Separate beside the CNN: l = {sizes.PatchesPerExpert} is below n = {sizes.Patches}, so separate training's order of samples is the lower one, (l/n)⁸ = {Number.Short(_samples.SeparateRatio)} times the CNN's."
        : $"Separate beside the CNN: l = n = {sizes.Patches}, so the orders of samples are equal.";
}
