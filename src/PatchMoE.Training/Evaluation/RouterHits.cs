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
    public static bool IsHit(ReadOnlySpan<int> routes, int experts, int label, int patch) => Rank(routes, experts, label, patch) <= routes.Length / experts;

    /// <summary>
    /// The rank of a sample's discriminative patch in the order of its expert's scores, from 1; with any number of experts but two, its best rank in any of them.
    /// It is a hit for every l from this rank on.
    /// </summary>
    /// <param name="routes">[k, l], the sample's routes, best first: with l = n, the whole order.</param>
    /// <param name="experts">k.</param>
    /// <param name="label">The sample's label; positive is &gt; 0.</param>
    /// <param name="patch">The discriminative patch.</param>
    /// <returns>1…l, or l + 1 if it is not taken.</returns>
    public static int Rank(ReadOnlySpan<int> routes, int experts, int label, int patch)
    {
        int taken = routes.Length / experts;
        int rank = taken + 1;
        for (int s = 0; s < experts; s++)
        {
            int place = experts != 2 || s == (label > 0 ? 0 : 1) ? routes.Slice(s * taken, taken).IndexOf(patch) : -1;
            rank = place < 0 ? rank : Math.Min(rank, place + 1);
        }

        return rank;
    }
}
