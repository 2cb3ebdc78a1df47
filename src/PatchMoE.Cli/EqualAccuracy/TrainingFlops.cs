namespace PatchMoE.Cli.EqualAccuracy;

/// <summary>The floating-point operations of a training with plain SGD, counted as <see cref="NetworkCost"/> counts those of a pass.</summary>
internal static class TrainingFlops
{
    /// <summary>All updates of the network, and those of routers that learn first.</summary>
    /// <param name="spec">The network and its <c>training</c> section.</param>
    /// <param name="samples">N, the number of training samples.</param>
    /// <param name="epochs">The number of epochs of the network itself.</param>
    public static double Of(PatchMoESpec spec, int samples, int epochs)
    {
        double routers = spec.Training!.Method == TrainingMethod.Separate ? Routers(spec, samples) : 0;
        return (epochs * Epoch(spec, samples)) + routers;
    }

    /// <summary>The updates of one epoch of the network itself.</summary>
    /// <param name="spec">As in <see cref="Of"/>.</param>
    /// <param name="samples">As in <see cref="Of"/>.</param>
    public static double Epoch(PatchMoESpec spec, int samples)
    {
        var cost = NetworkCost.Of(spec.Model);
        return (samples * (double)(cost.ForwardFlops + cost.BackwardFlops)) + (Batches(spec, samples) * cost.UpdateFlops);
    }

    private static double Batches(PatchMoESpec spec, int samples) => Math.Ceiling((double)samples / spec.Training!.Batch);

    /// <summary>
    /// The linear loss of separate training needs only the sum of each sample's n patches, once, n·d; then in each epoch a multiply-add of that sum to the gradient, 2·d a
    /// sample, and the update of two routers, 4·d a batch.
    /// </summary>
    private static double Routers(PatchMoESpec spec, int samples)
    {
        LayerShape layer = spec.Model.LayerShapes()[0];
        double sums = (double)samples * layer.Patches * layer.Dimension;
        return sums + (spec.Training!.RouterEpochs * layer.Dimension * ((2.0 * samples) + (4 * Batches(spec, samples))));
    }
}
