namespace PatchMoE.Training.Data;

/// <summary>Prepares samples in memory as the spec says: normalised by the training samples, and varied in training.</summary>
internal static class Preparation
{
    /// <summary>Normalises both parts in place, and makes training images vary if wanted.</summary>
    /// <param name="spec">What is wanted.</param>
    /// <param name="classes">The names of the classes; empty if they have none.</param>
    /// <param name="train">The training samples.</param>
    /// <param name="test">The test samples.</param>
    /// <param name="options">The run's seed, and a normalisation to use instead of measuring one.</param>
    public static LoadedData Of(DataSpec spec, EquatableArray<string> classes, Dataset train, Dataset test, LoadOptions options)
    {
        Normalization? normalization = !spec.Normalize ? null : options.Normalization ?? spec switch
        {
            Cifar10DataSpec => Cifar10Data.Normalization,
            CsvDataSpec => Statistics.Measure(train, train.InputLength),
            _ => Statistics.Measure(train, train.InputShape[^1]),
        };
        if (normalization is not null)
        {
            train = train.Normalized(normalization);
            test = test.Normalized(normalization);
        }

        var metadata = new ModelMetadata { Classes = classes, Normalization = normalization };
        return new LoadedData(Augmented(train, spec, normalization, options.Seed), test, metadata);
    }

    /// <summary>Images that vary from epoch to epoch; the same samples if they are not to, or are no images.</summary>
    public static Dataset Augmented(Dataset train, DataSpec spec, Normalization? normalization, ulong seed) => spec.Augment is { } augment && train.InputShape.Count == 3
        ? train.WithAugmentation(new ImageAugmentation(augment, seed, normalization?.Deviation))
        : train;
}
