namespace PatchMoE.Training.Data;

/// <summary>Creates the data of a spec.</summary>
public static class DataLoader
{
    /// <summary>Reads or generates the training and test samples, checked against the model.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="dataFolder">The folder with the idx files, or CIFAR-10's binary ones (<c>--data</c>); null for the repository's (see <see cref="DataFolder.Find"/>), or if the spec reads none.</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <param name="specFolder">The folder that paths in the spec are relative to: the spec file's own.</param>
    /// <exception cref="BadInputException">The spec has no data, a file is missing or damaged, or the data do not fit the model.</exception>
    public static (Dataset Train, Dataset Test) Load(PatchMoESpec spec, string? dataFolder, ulong seed, string specFolder)
    {
        (Dataset train, Dataset test) = Make(spec, dataFolder, seed, specFolder);
        DatasetRules.Check(train, spec.Model, "training data");
        DatasetRules.Check(test, spec.Model, "test data");
        return (train, test);
    }

    private static (Dataset Train, Dataset Test) Make(PatchMoESpec spec, string? dataFolder, ulong seed, string specFolder)
    {
        if (dataFolder is not null && spec.Data is (SyntheticDataSpec or ArraysDataSpec))
        {
            throw new BadInputException(
                $"--data: it names the folder of MNIST, Fashion-MNIST or CIFAR-10, but data.kind is '{(spec.Data is ArraysDataSpec ? "arrays" : "synthetic")}', which reads no such folder. Leave --data out.");
        }

        switch (spec.Data)
        {
            case MosaicDataSpec mosaic:
                (ImageSet train, ImageSet test) = DataFolder.Read(mosaic.Source, dataFolder, seed);
                return MosaicData.Make(mosaic, spec.Model, train, test, seed);
            case ImagesDataSpec images:
                (train, test) = DataFolder.Read(images.Source, dataFolder, seed);
                return ImagesData.Make(images, spec.Model, train, test, seed);
            case Cifar10DataSpec cifar:
                return Cifar10Data.Read(cifar, spec.Model, dataFolder, seed, specFolder);
            case SyntheticDataSpec synthetic:
                return SyntheticData.Make(synthetic, spec.Model, seed);
            case ArraysDataSpec arrays:
                return ArraysData.Read(arrays, spec.Model, specFolder);
            default:
                throw new BadInputException($"data: the spec '{spec.Name}' has none. Add a data section.");
        }
    }
}
