namespace PatchMoE.Cli.Reproductions;

/// <summary>A training on mosaics in words.</summary>
internal static class MosaicText
{
    /// <summary>For example <c>4 × 4 mosaics of mnist, 1000 test mosaics, 150 epochs, …</c>.</summary>
    public static string Of(PatchMoESpec spec)
    {
        var mosaic = (MosaicDataSpec)spec.Data!;
        return $"{mosaic.GridHeight} × {mosaic.GridWidth} mosaics of {mosaic.Source}, {Training(spec)}";
    }

    /// <summary>The same without the grid.</summary>
    public static string Training(PatchMoESpec spec)
    {
        TrainingSpec training = spec.Training!;
        return FormattableString.Invariant($"{((MosaicDataSpec)spec.Data!).Test} test mosaics, {training.Epochs} epochs, batch {training.Batch}, SGD {training.Optimizer.LearningRate}, accuracy after the last epoch");
    }
}
