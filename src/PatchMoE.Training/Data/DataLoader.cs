namespace PatchMoE.Training.Data;

/// <summary>Creates the data of a spec.</summary>
public static class DataLoader
{
    /// <summary>Reads or generates the training and test samples, checked against the model.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="dataFolder">The folder with the idx files, CIFAR-10's binary ones or CelebA (<c>--data</c>); null for the repository's (see <see cref="DataFolder.Find"/>), or if the spec reads none.</param>
    /// <param name="seed">The seed of all draws.</param>
    /// <param name="specFolder">The folder that paths in the spec are relative to: the spec file's own.</param>
    /// <exception cref="BadInputException">The spec has no data, a file is missing or damaged, or the data do not fit the model.</exception>
    public static LoadedData Load(PatchMoESpec spec, string? dataFolder, ulong seed, string specFolder) =>
        Load(spec, new LoadOptions { Seed = seed, SpecFolder = specFolder, DataFolder = dataFolder });

    /// <summary>Reads or generates the training and test samples, prepared as the spec says and checked against the model.</summary>
    /// <param name="spec">A valid spec.</param>
    /// <param name="options">How they are found and read.</param>
    /// <exception cref="BadInputException">The spec has no data, a file is missing or damaged, or the data do not fit the model.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static LoadedData Load(PatchMoESpec spec, LoadOptions options)
    {
        LoadedData data = Read(spec, options);
        DatasetRules.Check(data.Train, spec.Model, "training data");
        DatasetRules.Check(data.Test, spec.Model, "test data");
        return data;
    }

    private static LoadedData Read(PatchMoESpec spec, LoadOptions options)
    {
        if (options.DataFolder is not null && spec.Data is { } given && given is not (MosaicDataSpec or BagsDataSpec or ImagesDataSpec or Cifar10DataSpec or CelebaDataSpec))
        {
            throw new BadInputException(
                $"--data: it names the folder of MNIST, Fashion-MNIST, CIFAR-10 or CelebA, but data.kind is '{Kind(given)}', which reads no such folder. Leave --data out.");
        }

        switch (spec.Data)
        {
            case FolderDataSpec folder:
                return FolderData.Read(folder, spec.Model, options);
            case CelebaDataSpec celeba:
                return CelebaData.Read(celeba, spec.Model, options);
            case CsvDataSpec csv:
                return CsvData.Read(csv, spec.Model, options);
            case TextDataSpec texts:
                return TextData.Read(texts, spec.Model, options);
            case { } other:
                (Dataset train, Dataset test) = Make(other, spec.Model, options);
                return Preparation.Of(other, ClassNames.Of(other), train, test, options);
            default:
                throw new BadInputException($"data: the spec '{spec.Name}' has none. Add a data section.");
        }
    }

    private static (Dataset Train, Dataset Test) Make(DataSpec data, ModelSpec model, LoadOptions options)
    {
        switch (data)
        {
            case MosaicDataSpec mosaic:
                (ImageSet train, ImageSet test) = DataFolder.Read(mosaic.Source, options.DataFolder, options.Seed, options.SpecFolder);
                return MosaicData.Make(mosaic, model, train, test, options.Seed);
            case BagsDataSpec bags:
                (train, test) = DataFolder.Read(bags.Source, options.DataFolder, options.Seed, options.SpecFolder);
                return BagsData.Make(bags, model, train, test, options.Seed);
            case ImagesDataSpec images:
                (train, test) = DataFolder.Read(images.Source, options.DataFolder, options.Seed, options.SpecFolder);
                return ImagesData.Make(images, model, train, test, options.Seed);
            case Cifar10DataSpec cifar:
                return Cifar10Data.Read(cifar, model, options.DataFolder, options.Seed, options.SpecFolder);
            case SyntheticDataSpec synthetic:
                return SyntheticData.Make(synthetic, model, options.Seed);
            case ArraysDataSpec arrays:
                return ArraysData.Read(arrays, model, options.SpecFolder);
            default:
                throw new ArgumentException($"Unknown data kind {data.GetType().Name}.", nameof(data));
        }
    }

    private static string Kind(DataSpec data) => data switch
    {
        SyntheticDataSpec => "synthetic",
        ArraysDataSpec => "arrays",
        FolderDataSpec => "folder",
        TextDataSpec => "texts",
        _ => "csv",
    };
}
