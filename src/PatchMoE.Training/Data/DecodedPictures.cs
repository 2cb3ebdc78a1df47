using System.Globalization;

namespace PatchMoE.Training.Data;

/// <summary>A user's own pictures, decoded once; samples are made of some of them.</summary>
internal sealed class DecodedPictures
{
    /// <summary>Up to here the images are held in memory as the network reads them; larger sets stay in the file of decoded pictures.</summary>
    private const long InMemoryBytes = 512L << 20;

    private const int NamedBroken = 5;

    /// <summary>The values of a pixel.</summary>
    private const int Values = 256;

    private readonly PixelFile _pixels;
    private readonly IReadOnlyList<ClassFile> _pictures;
    private readonly ModelSpec _model;
    private readonly ImageFit _fit;
    private readonly LoadOptions _options;

    private DecodedPictures(PixelFile pixels, IReadOnlyList<ClassFile> pictures, int[] usable, ModelSpec model, ImageFit fit, LoadOptions options) =>
        (_pixels, _pictures, Usable, _model, _fit, _options) = (pixels, pictures, usable, model, fit, options);

    /// <summary>The indices of the pictures that could be decoded, ascending.</summary>
    public int[] Usable { get; }

    /// <summary>Decodes pictures, or finds them decoded.</summary>
    /// <param name="root">Their folder.</param>
    /// <param name="pictures">The pictures.</param>
    /// <param name="kind">The kind of data, for messages.</param>
    /// <param name="model">The network: its input is the size of the images.</param>
    /// <param name="fit">How a picture becomes an image of this size.</param>
    /// <param name="options">How they are read.</param>
    /// <exception cref="BadInputException">There is no decoder, no picture can be decoded, or (strict) one cannot be.</exception>
    public static DecodedPictures Open(string root, IReadOnlyList<ClassFile> pictures, string kind, ModelSpec model, ImageFit fit, LoadOptions options)
    {
        RequireDecoder(kind, options);
        EquatableArray<int> shape = model.InputShape();
        (PixelFile pixels, IReadOnlyList<(ClassFile Picture, string Reason)> broken) =
            PictureCache.Open(root, pictures, new PictureTarget(shape[0], shape[1], shape[2], fit), options);
        Report(broken, pictures.Count, options);
        var unusable = broken.Select(one => one.Picture).ToHashSet();
        int[] usable = [.. Enumerable.Range(0, pictures.Count).Where(i => !unusable.Contains(pictures[i]))];
        return new DecodedPictures(pixels, pictures, usable, model, fit, options);
    }

    /// <summary>Refuses to go on without a decoder of pictures.</summary>
    /// <param name="kind">The kind of data.</param>
    /// <param name="options">They give the decoder.</param>
    /// <exception cref="BadInputException">There is none.</exception>
    public static void RequireDecoder(string kind, LoadOptions options)
    {
        if (options.Pictures is null)
        {
            throw new BadInputException($"data.kind: '{kind}' needs a decoder of pictures. Reference the package PatchMoE.Imaging and pass PictureReader.Default as LoadOptions.Pictures.");
        }
    }

    /// <summary>Makes training and test samples of them, normalised by the training samples if the spec wants it.</summary>
    /// <param name="spec">The spec's <c>data</c> section.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="train">The training pictures.</param>
    /// <param name="test">The test pictures.</param>
    public LoadedData Load(DataSpec spec, EquatableArray<string> classes, int[] train, int[] test)
    {
        Normalization? normalization = spec.Normalize ? _options.Normalization ?? Measure(train) : null;
        var metadata = new ModelMetadata { Classes = classes, Normalization = normalization, Fit = _fit };
        return new LoadedData(Preparation.Augmented(Part(train, normalization), spec, normalization, _options.Seed), Part(test, normalization), metadata);
    }

    private static void Report(IReadOnlyList<(ClassFile Picture, string Reason)> broken, int all, LoadOptions options)
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

    private Dataset Part(int[] pictures, Normalization? normalization)
    {
        EquatableArray<int> shape = _model.InputShape();
        var store = new PixelStore(_pixels, pictures, shape[^1], normalization);
        int[] labels = [.. pictures.Select(i => ModelClasses.Label(_model, _pictures[i].Class))];
        var streamed = new Dataset(shape, store, labels) { Names = [.. pictures.Select(i => _pictures[i].File)] };
        return (long)pictures.Length * streamed.InputLength * sizeof(float) <= InMemoryBytes ? InMemory(streamed) : streamed;
    }

    private static Dataset InMemory(Dataset streamed)
    {
        var inputs = new float[streamed.Count * streamed.InputLength];
        streamed.CopyInputs(0, streamed.Count, inputs);
        return new Dataset(streamed.InputShape, inputs, streamed.Labels.ToArray()) { Names = streamed.Names };
    }

    /// <summary>Mean and deviation of pixels/255 over the training pictures, from how often each value occurs, which is exact.</summary>
    private Normalization Measure(int[] pictures)
    {
        int channels = _model.InputShape()[^1];
        var counts = new long[channels * Values];
        var picture = new byte[_pixels.Length];
        foreach (int index in pictures)
        {
            _pixels.Read(index, picture);
            for (int i = 0; i < picture.Length; i += channels)
            {
                for (int channel = 0; channel < channels; channel++)
                {
                    counts[(channel * Values) + picture[i + channel]]++;
                }
            }
        }

        double all = (double)pictures.Length * _pixels.Length / channels;
        double Mean(int channel, Func<double, double> of) => Enumerable.Range(0, Values).Sum(value => counts[(channel * Values) + value] * of(value / 255.0)) / all;
        double[] mean = [.. Enumerable.Range(0, channels).Select(channel => Mean(channel, value => value))];
        return Statistics.Of(mean, [.. mean.Select((center, channel) => Mean(channel, value => (value - center) * (value - center)))]);
    }
}
