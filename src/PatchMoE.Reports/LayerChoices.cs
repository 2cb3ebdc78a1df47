namespace PatchMoE.Reports;

/// <summary>A window that an expert took.</summary>
/// <param name="Expert">The expert.</param>
/// <param name="Patch">The window's index.</param>
/// <param name="Gate">The gate value, ≥ 0.</param>
internal sealed record TakenWindow(int Expert, int Patch, double Gate);

/// <summary>What the experts of one layer took, sample by sample.</summary>
/// <param name="Layer">The layer's index.</param>
/// <param name="Samples">For each sample the windows that were taken.</param>
internal sealed record LayerChoices(int Layer, IReadOnlyList<IReadOnlyList<TakenWindow>> Samples)
{
    /// <summary>The choices of layer 0, from the routes of samples without groups.</summary>
    public static LayerChoices OfLowest(ModelSpec model, IReadOnlyList<RoutedSample> samples)
    {
        RouteLayout layout = RouteLayout.Of(model);
        return new LayerChoices(0, [.. samples.Select(sample => OfLowest(layout, sample))]);
    }

    private static TakenWindow[] OfLowest(RouteLayout layout, RoutedSample sample)
    {
        var windows = new List<TakenWindow>();
        for (int i = 0; i < sample.Routes.Length; i++)
        {
            if (sample.Routes[i] >= 0)
            {
                (int expert, int patch) = layout.At(i, sample.Routes[i]);
                windows.Add(new TakenWindow(expert, patch, sample.Gates[i]));
            }
        }

        return [.. windows];
    }
}
