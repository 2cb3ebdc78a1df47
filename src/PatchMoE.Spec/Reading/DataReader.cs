namespace PatchMoE;

/// <summary>Reads the <c>data</c> section; <see cref="DataChecks"/> checks it against the network.</summary>
internal static class DataReader
{
    private const string File = "a .npy file";
    private static readonly IReadOnlyList<string> Kinds = ["mosaic", "images", "cifar10", "synthetic", "arrays"];
    private static readonly IReadOnlyList<string> Sources = ["mnist", "fashion-mnist"];

    /// <summary>Returns the section, or null if anything in it is wrong.</summary>
    /// <param name="node">The section.</param>
    /// <param name="path">Its path.</param>
    /// <param name="model">The network; null if it is wrong, and then nothing is checked against it.</param>
    /// <param name="diagnostics">Receives the mistakes.</param>
    public static DataSpec? Read(SpecNode node, string path, ModelSpec? model, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"kind\": \"images\", \"source\": \"mnist\" }") is not { } fields)
        {
            return null;
        }

        string? kind = fields.Word("kind", Kinds, "'mosaic', 'images', 'cifar10', 'synthetic' or 'arrays'");
        DataSpec? data = kind switch
        {
            "mosaic" => ReadMosaic(fields, model),
            "images" => ReadImages(fields, model),
            "cifar10" => ReadCifar10(fields, model),
            "synthetic" => ReadSynthetic(fields, model),
            "arrays" => ReadArrays(fields),
            _ => null,
        };
        fields.Finish(allKnown: kind is not null);
        return data;
    }

    private static MosaicDataSpec? ReadMosaic(FieldReader fields, ModelSpec? model)
    {
        string? source = ReadSource(fields);
        int? positive = fields.Int("positive", IntRange.Digit, absent: 1);
        int? negative = fields.Int("negative", IntRange.Digit, absent: 0);
        EquatableArray<int>? irrelevant = fields.Ints("irrelevant", IntRange.Digit, EquatableArray.Of(2, 3, 4, 5, 6, 7, 8, 9));
        (int Height, int Width)? grid = fields.PairOr("grid", IntRange.Positive, (4, 4));
        int? train = ReadCount(fields, "train");
        int? test = ReadCount(fields, "test");
        DataChecks.Halves(fields, "train", train);
        DataChecks.Halves(fields, "test", test);
        DataChecks.Classes(fields, positive, negative, irrelevant);
        DataChecks.TwoClasses(fields, "mosaic", model);
        if (grid is { } cells)
        {
            DataChecks.MosaicSize(fields, cells.Height, cells.Width, model);
        }

        return source is not null && positive is { } p && negative is { } q && irrelevant is { } r && grid is { } g && train is { } a && test is { } b
            ? new MosaicDataSpec(source, p, q, r, g.Height, g.Width, a, b)
            : null;
    }

    private static ImagesDataSpec? ReadImages(FieldReader fields, ModelSpec? model)
    {
        string? source = ReadSource(fields);
        int? train = ReadCount(fields, "train");
        int? test = ReadCount(fields, "test");
        DataChecks.Digits(fields, model);
        return source is not null && train is { } a && test is { } b ? new ImagesDataSpec(source, a, b) : null;
    }

    private static Cifar10DataSpec? ReadCifar10(FieldReader fields, ModelSpec? model)
    {
        string? source = ReadPath(fields, "source", "data/cifar-10", "a folder", required: null);
        int? train = fields.Int("train", IntRange.Positive);
        int? test = fields.Int("test", IntRange.Positive);
        bool? normalize = fields.Boolean("normalize", absent: true);
        bool? augment = fields.Boolean("augment", absent: false);
        DataChecks.Cifar(fields, model);
        return normalize is { } n && augment is { } a ? new Cifar10DataSpec(source, train, test, n, a) : null;
    }

    private static SyntheticDataSpec? ReadSynthetic(FieldReader fields, ModelSpec? model)
    {
        int? patterns = fields.Int("patterns", IntRange.Positive, absent: 16);
        double? similarity = fields.Number("similarity", NumberRange.BelowOne, absent: 0);
        double? noise = fields.Number("noise", NumberRange.NotNegative, absent: 0.1);
        int? train = ReadCount(fields, "train");
        int? test = ReadCount(fields, "test");
        DataChecks.Halves(fields, "train", train);
        DataChecks.Halves(fields, "test", test);
        DataChecks.TwoClasses(fields, "synthetic", model);
        DataChecks.Vectors(fields, model);
        return patterns is { } p && similarity is { } s && noise is { } n && train is { } a && test is { } b
            ? new SyntheticDataSpec(p, s, n, a, b)
            : null;
    }

    private static ArraysDataSpec? ReadArrays(FieldReader fields)
    {
        string? trainInput = ReadPath(fields, "trainInput", "trainInput.npy", File, "the training inputs, a .npy file");
        string? trainLabels = ReadPath(fields, "trainLabels", "trainLabels.npy", File, "the training labels, a .npy file");
        string? testInput = ReadPath(fields, "testInput", "testInput.npy", File, "the test inputs, a .npy file");
        string? testLabels = ReadPath(fields, "testLabels", "testLabels.npy", File, "the test labels, a .npy file");
        return trainInput is not null && trainLabels is not null && testInput is not null && testLabels is not null
            ? new ArraysDataSpec(trainInput, trainLabels, testInput, testLabels)
            : null;
    }

    private static string? ReadSource(FieldReader fields) => fields.WordOr("source", Sources, absent: Sources[0]);

    private static int? ReadCount(FieldReader fields, string name) => fields.Int(name, IntRange.Positive, absent: 1000);

    private static string? ReadPath(FieldReader fields, string name, string example, string what, string? required)
    {
        string? path = fields.Text(name, example, required);
        if (path is not { Length: 0 })
        {
            return path;
        }

        fields.Diagnostics.Report(DiagnosticRules.EmptyText, fields.PlaceOf(name), what);
        return null;
    }
}
