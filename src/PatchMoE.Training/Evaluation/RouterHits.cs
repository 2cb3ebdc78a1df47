namespace PatchMoE.Training.Evaluation;

/// <summary>
/// Measures the discriminative routing property (Chowdhury et al., ICML 2023): does the router send the patch that decides the class to the expert
/// that should see it?
/// </summary>
internal static class RouterHits
{
    /// <summary>Whether hits are defined: one layer, whose experts choose patches.</summary>
    public static bool AreDefinedFor(ModelSpec model) => model.Layers.Count == 1 && model.Layers[0].Routing == Routing.ExpertChoice;

    /// <summary>
    /// Whether the discriminative patch of a sample is among the patches of its expert. With two experts that is expert 0 for a positive label and
    /// expert 1 for a negative one, as the paper assigns them; with any other number of experts it may be any of them.
    /// </summary>
    /// <param name="routes">[k, l], the sample's routes.</param>
    /// <param name="experts">k.</param>
    /// <param name="label">The sample's label; positive is &gt; 0.</param>
    /// <param name="patch">The discriminative patch.</param>
    public static bool IsHit(ReadOnlySpan<int> routes, int experts, int label, int patch)
    {
        int taken = routes.Length / experts;
        return (experts == 2 ? routes.Slice(label > 0 ? 0 : taken, taken) : routes).Contains(patch);
    }
}
