using System.Globalization;

namespace PatchMoE;

/// <summary>Reads the <c>data</c> section; <see cref="DataChecks"/> checks it against the network.</summary>
internal static class DataReader
{
    private const string File = "a .npy file";
    private static readonly IReadOnlyList<string> Kinds = ["mosaic", "images", "cifar10", "celeba", "synthetic", "bags", "arrays", "folder", "csv", "texts"];
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

        string? kind = fields.Word("kind", Kinds, "'mosaic', 'images', 'cifar10', 'celeba', 'synthetic', 'bags', 'arrays', 'folder', 'csv' or 'texts'");
        model = DataChecks.SegmentVectors(fields, kind, model);
        DataSpec? data = kind switch
        {
            "mosaic" => ReadMosaic(fields, model),
            "images" => ReadImages(fields, model),
            "cifar10" => ReadCifar10(fields, model),
            "celeba" => ReadCeleba(fields, model),
            "synthetic" => ReadSynthetic(fields, model),
            "bags" => ReadBags(fields, model),
            "arrays" => ReadArrays(fields),
            "folder" => ReadFolder(fields, model),
            "csv" => ReadCsv(fields, model),
            "texts" => TextDataReader.Read(fields, model),
            _ => null,
        };
        data = kind is null ? null : PreparationReader.Read(fields, data, model, normalizes: kind is "cifar10" or "celeba" or "folder" or "csv");
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
        SpuriousDigitsSpec? spurious = SpuriousReader.ReadDigits(fields, positive, negative, grid);
        DataChecks.TwoClasses(fields, "mosaic", model);
        if (grid is { } cells)
        {
            DataChecks.MosaicSize(fields, cells.Height, cells.Width, model);
        }

        bool isRead = fields.Has("spurious") == spurious is not null;
        return isRead && source is not null && positive is { } p && negative is { } q && irrelevant is { } r && grid is { } g && train is { } a && test is { } b
            ? new MosaicDataSpec(source, p, q, r, g.Height, g.Width, a, b) { Spurious = spurious }
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
        DataChecks.Cifar(fields, model);
        return new Cifar10DataSpec(source, train, test);
    }

    private static CelebaDataSpec? ReadCeleba(FieldReader fields, ModelSpec? model)
    {
        string? source = ReadPath(fields, "source", "data/celeba", "a folder", required: null);
        EquatableArray<string>? attributes = AttributesReader.Read(fields);
        SpuriousAttributesSpec? spurious = SpuriousReader.ReadAttributes(fields, attributes);
        string? required = fields.Has("spurious") ? "the number of samples, which the share of a spurious attribute is of" : null;
        int? train = ReadCount(fields, "train", required);
        int? test = ReadCount(fields, "test", required);
        ImageFit? fit = fields.Choice("fit", ImageFit.Crop);
        DataChecks.Pictures(fields, "celeba", model);
        bool isRead = fields.Has("spurious") == spurious is not null;
        if (!isRead || attributes is not { } names || fit is not { } f)
        {
            return null;
        }

        var data = new CelebaDataSpec(source, names, train, test, f) { Spurious = spurious };
        DataChecks.Attributes(fields, data, model);
        return data;
    }

    private static SyntheticDataSpec? ReadSynthetic(FieldReader fields, ModelSpec? model)
    {
        int? patterns = fields.Int("patterns", IntRange.Positive, absent: 16);
        double? similarity = fields.Number("similarity", NumberRange.BelowOne, absent: 0);
        double? noise = fields.Number("noise", NumberRange.NotNegative, absent: 0.1);
        int? decoys = fields.Int("decoys", IntRange.NotNegative, absent: 0);
        int? train = ReadCount(fields, "train");
        int? test = ReadCount(fields, "test");
        DataChecks.Halves(fields, "train", train);
        DataChecks.Halves(fields, "test", test);
        DataChecks.TwoClasses(fields, "synthetic", model);
        DataChecks.Vectors(fields, "synthetic", model);
        if (patterns is not { } p || similarity is not { } s || noise is not { } n || decoys is not { } d || train is not { } a || test is not { } b)
        {
            return null;
        }

        var data = new SyntheticDataSpec(p, s, n, a, b) { Decoys = d };
        DataChecks.Decoys(fields, data, model);
        return data;
    }

    private static BagsDataSpec? ReadBags(FieldReader fields, ModelSpec? model)
    {
        string? source = ReadSource(fields);
        int? positive = fields.Int("positive", IntRange.Digit, absent: 9);
        double? mean = fields.Number("mean", NumberRange.Positive, absent: 10);
        double? deviation = fields.Number("deviation", NumberRange.NotNegative, absent: 2);
        int? train = ReadCount(fields, "train");
        int? test = ReadCount(fields, "test");
        DataChecks.Halves(fields, "train", train);
        DataChecks.Halves(fields, "test", test);
        DataChecks.TwoClasses(fields, "bags", model);
        DataChecks.Vectors(fields, "bags", model);
        return source is not null && positive is { } p && mean is { } m && deviation is { } d && train is { } a && test is { } b
            ? new BagsDataSpec(source, p, m, d, a, b)
            : null;
    }

    private static ArraysDataSpec? ReadArrays(FieldReader fields)
    {
        string? trainInput = ReadPath(fields, "trainInput", "trainInput.npy", File, "the training inputs, a .npy file");
        string? trainLabels = ReadPath(fields, "trainLabels", "trainLabels.npy", File, "the training labels, a .npy file");
        string? testInput = ReadPath(fields, "testInput", "testInput.npy", File, "the test inputs, a .npy file");
        string? testLabels = ReadPath(fields, "testLabels", "testLabels.npy", File, "the test labels, a .npy file");
        string? trainLengths = ReadPath(fields, "trainLengths", "trainLengths.npy", "the valid-patch counts of the training samples, a .npy file", required: null);
        string? testLengths = ReadPath(fields, "testLengths", "testLengths.npy", "the valid-patch counts of the test samples, a .npy file", required: null);
        bool isRead = fields.Has("trainLengths") == trainLengths is not null && fields.Has("testLengths") == testLengths is not null;
        return trainInput is not null && trainLabels is not null && testInput is not null && testLabels is not null && isRead
            ? new ArraysDataSpec(trainInput, trainLabels, testInput, testLabels) { TrainLengths = trainLengths, TestLengths = testLengths }
            : null;
    }

    private static FolderDataSpec? ReadFolder(FieldReader fields, ModelSpec? model)
    {
        string? path = ReadPath(fields, "path", "photos", "a folder", "the folder with a folder of pictures for each class");
        double? testShare = ReadTestShare(fields);
        ImageFit? fit = fields.Choice("fit", ImageFit.Crop);
        DataChecks.Pictures(fields, "folder", model);
        return path is not null && testShare is { } t && fit is { } f ? new FolderDataSpec(path, t, f) : null;
    }

    private static CsvDataSpec? ReadCsv(FieldReader fields, ModelSpec? model)
    {
        string? file = ReadPath(fields, "file", "table.csv", "a .csv file", "the table, a .csv or .tsv file");
        string? test = ReadPath(fields, "test", "test.csv", "a .csv file", required: null);
        string? label = ReadColumn(fields, "label");
        double? testShare = ReadTestShare(fields);
        if (test is not null)
        {
            fields.Warn("testShare", "a table for testing", "either of them");
        }

        DataChecks.Vectors(fields, "csv", model);
        return file is not null && label is not null && testShare is { } t ? new CsvDataSpec(file, test, label, t) : null;
    }

    /// <summary>A column: its name, or its number from 0, quoted or not.</summary>
    private static string? ReadColumn(FieldReader fields, string name) => fields.Node(name) is SpecNumber
        ? fields.Int(name, IntRange.NotNegative)?.ToString(CultureInfo.InvariantCulture)
        : ReadPath(fields, name, "species", "a column", "the column of the class: its name, or its number from 0");

    public static double? ReadTestShare(FieldReader fields) => fields.Number("testShare", NumberRange.BelowOne, FolderDataSpec.DefaultTestShare);

    private static string? ReadSource(FieldReader fields) => fields.WordOr("source", Sources, absent: Sources[0]);

    private static int? ReadCount(FieldReader fields, string name) => fields.Int(name, IntRange.Positive, absent: 1000);

    private static int? ReadCount(FieldReader fields, string name, string? required) =>
        required is null ? fields.Int(name, IntRange.Positive) : fields.Int(name, IntRange.Positive, required);

    public static string? ReadPath(FieldReader fields, string name, string example, string what, string? required)
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
