using System.Globalization;

namespace PatchMoE.Training.Data;

/// <summary>A user's own pictures, a folder for each class.</summary>
internal static class FolderData
{
    /// <summary>Up to here the images are held in memory as the network reads them; larger sets stay in the file of decoded pictures.</summary>
    private const long InMemoryBytes = 512L << 20;

    private const int NamedBroken = 5;

    /// <summary>The values of a pixel.</summary>
    private const int Values = 256;

    /// <summary>Lists, splits and decodes the pictures.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="model">The network: its input is the size of the images.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="BadInputException">There are no pictures, a class has none, none can be decoded, or (strict) one cannot be.</exception>
    public static LoadedData Read(FolderDataSpec spec, ModelSpec model, LoadOptions options)
    {
        if (options.Pictures is null)
        {
            throw new BadInputException("data.kind: 'folder' needs a decoder of pictures. Reference the package PatchMoE.Imaging and pass PictureReader.Default as LoadOptions.Pictures.");
        }

        string root = DataPath.Resolve(spec.Path, options.SpecFolder);
        PictureFolder folder = PictureFolder.List(root, spec.Classes);
        RequireClasses(folder, model);
        IReadOnlyList<Picture> all = [.. folder.Train, .. folder.Test ?? []];
        EquatableArray<int> shape = model.InputShape();
        var image = new PictureTarget(shape[0], shape[1], shape[2], spec.Fit);
        (PixelFile pixels, IReadOnlyList<(Picture Picture, string Reason)> broken) = PictureCache.Open(root, all, image, options);
        Report(broken, all.Count, options);

        var unusable = broken.Select(one => one.Picture).ToHashSet();
        int[] usable = [.. Enumerable.Range(0, all.Count).Where(i => !unusable.Contains(all[i]))];
        (int[] train, int[] test) = Split(spec, folder, all, usable, options);
        Normalization? normalization = spec.Normalize ? options.Normalization ?? Measure(pixels, train, image.Channels) : null;
        Dataset Part(int[] pictures) => Make(pixels, pictures, all, model, normalization);
        var metadata = new ModelMetadata { Classes = folder.Classes, Normalization = normalization, Fit = spec.Fit };
        return new LoadedData(Preparation.Augmented(Part(train), spec, normalization, options.Seed), Part(test), metadata);
    }

    private static void RequireClasses(PictureFolder folder, ModelSpec model)
    {
        if (folder.Classes.Count != ModelClasses.Count(model))
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture,
                $"{folder.Root}: it has {folder.Classes.Count} classes ({string.Join(", ", folder.Classes)}), but the model distinguishes {ModelClasses.Count(model)}. Change model.head.outputs, or name the classes to use in data.classes."));
        }
    }

    private static void Report(IReadOnlyList<(Picture Picture, string Reason)> broken, int all, LoadOptions options)
    {
        if (broken.Count == 0)
        {
            return;
        }

        string reasons = string.Join("\n  ", broken.Take(NamedBroken).Select(one => one.Reason)) + (broken.Count > NamedBroken ? "\n  …" : "");
        if (options.Strict || broken.Count == all)
        {
            throw new BadInputException(string.Create(
                CultureInfo.InvariantCulture, $"{broken.Count} of {all} pictures cannot be decoded:\n  {reasons}\nRepair or remove them{(broken.Count == all ? "" : ", or leave --strict out")}."));
        }

        options.Report?.Invoke(string.Create(CultureInfo.InvariantCulture, $"{broken.Count} of {all} pictures cannot be decoded and are left out:\n  {reasons}"));
    }

    private static (int[] Train, int[] Test) Split(FolderDataSpec spec, PictureFolder folder, IReadOnlyList<Picture> all, int[] usable, LoadOptions options)
    {
        if (folder.Test is not null)
        {
            return ([.. usable.Where(i => i < folder.Train.Count)], [.. usable.Where(i => i >= folder.Train.Count)]);
        }

        (int[] kept, int[] heldOut) = StratifiedSplit.Of([.. usable.Select(i => all[i].Class)], spec.TestShare, options.Seed, "data.split");
        int[] train = [.. kept.Select(i => usable[i])];
        if (heldOut.Length > 0)
        {
            return (train, [.. heldOut.Select(i => usable[i])]);
        }

        options.Report?.Invoke("There are too few pictures to hold any out for testing: the test accuracy is that of the training pictures, and says nothing about others.");
        return (train, train);
    }

    private static Dataset Make(PixelFile pixels, int[] pictures, IReadOnlyList<Picture> all, ModelSpec model, Normalization? normalization)
    {
        EquatableArray<int> shape = model.InputShape();
        var store = new PixelStore(pixels, pictures, shape[^1], normalization);
        int[] labels = [.. pictures.Select(i => ModelClasses.Label(model, all[i].Class))];
        var streamed = new Dataset(shape, store, labels) { Names = [.. pictures.Select(i => all[i].File)] };
        return (long)pictures.Length * streamed.InputLength * sizeof(float) <= InMemoryBytes ? InMemory(streamed) : streamed;
    }

    private static Dataset InMemory(Dataset streamed)
    {
        var inputs = new float[streamed.Count * streamed.InputLength];
        streamed.CopyInputs(0, streamed.Count, inputs);
        return new Dataset(streamed.InputShape, inputs, streamed.Labels.ToArray()) { Names = streamed.Names };
    }

    /// <summary>Mean and deviation of pixels/255 over the training pictures, from how often each value occurs, which is exact.</summary>
    private static Normalization Measure(PixelFile pixels, int[] pictures, int channels)
    {
        var counts = new long[channels * Values];
        var picture = new byte[pixels.Length];
        foreach (int index in pictures)
        {
            pixels.Read(index, picture);
            for (int i = 0; i < picture.Length; i += channels)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    counts[(channel * Values) + picture[i + channel]]++;
                }
            }
        }

        double all = (double)pictures.Length * pixels.Length / channels;
        double Moment(int channel, int power) => Enumerable.Range(0, Values).Sum(value => counts[(channel * Values) + value] * Math.Pow(value / 255.0, power)) / all;
        double[] mean = [.. Enumerable.Range(0, channels).Select(channel => Moment(channel, 1))];
        return Statistics.Of(mean, [.. mean.Select((value, channel) => Moment(channel, 2) - (value * value))]);
    }
}
