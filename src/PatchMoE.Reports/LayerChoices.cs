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
        return new LayerChoices(0, [.. samples.Select(sample => (IReadOnlyList<TakenWindow>)[.. Enumerable.Range(0, sample.Routes.Length)
            .Where(i => sample.Routes[i] >= 0)
            .Select(i => layout.At(i, sample.Routes[i]) is var (expert, patch) ? new TakenWindow(expert, patch, sample.Gates[i]) : throw new InvalidOperationException())])]);
    }
}
