using PatchMoE.Training.Data;

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
    /// Whether a discriminative patch of a sample is among the patches of its expert. With two experts that is expert 0 for a positive label and
    /// expert 1 for a negative one, as the paper assigns them; with any other number of experts it may be any of them.
    /// </summary>
    /// <param name="routes">[k, l], the sample's routes; −1 where an expert took fewer.</param>
    /// <param name="experts">k.</param>
    /// <param name="data">The samples.</param>
    /// <param name="sample">The sample: its label (positive is &gt; 0) and its discriminative patches count.</param>
    public static bool IsHit(ReadOnlySpan<int> routes, int experts, Dataset data, int sample)
    {
        int taken = routes.Length / experts;
        foreach (int patch in experts == 2 ? routes.Slice(data.Labels[sample] > 0 ? 0 : taken, taken) : routes)
        {
            if (patch >= 0 && data.IsDiscriminative(sample, patch))
            {
                return true;
            }
        }

        return false;
    }
}
