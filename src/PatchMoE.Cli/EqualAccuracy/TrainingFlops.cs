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
        TrainingSpec training = spec.Training!;
        var cost = NetworkCost.Of(spec.Model);
        double batches = Math.Ceiling((double)samples / training.Batch);
        double epoch = (samples * (double)(cost.ForwardFlops + cost.BackwardFlops)) + (batches * cost.UpdateFlops);
        return (epochs * epoch) + (training.Method == TrainingMethod.Separate ? Routers(spec, samples, batches) : 0);
    }

    /// <summary>
    /// The linear loss of separate training needs only the sum of each sample's n patches, once, n·d; then in each epoch a multiply-add of that sum to the gradient, 2·d a
    /// sample, and the update of two routers, 4·d a batch.
    /// </summary>
    private static double Routers(PatchMoESpec spec, int samples, double batches)
    {
        LayerShape layer = spec.Model.LayerShapes()[0];
        double sums = (double)samples * layer.Patches * layer.Dimension;
        return sums + (spec.Training!.RouterEpochs * layer.Dimension * ((2.0 * samples) + (4 * batches)));
    }
}
