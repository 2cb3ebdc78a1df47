namespace PatchMoE;

/// <summary>Checks the <c>data</c> section for consistency, in itself and with the network.</summary>
internal static class DataChecks
{
    /// <summary>The side of the digits of MNIST and Fashion-MNIST.</summary>
    private const int DigitSide = 28;

    /// <summary>The side of the images of CIFAR-10.</summary>
    private const int CifarSide = 32;

    private const int CifarChannels = 3;
    private const int ImageClasses = 10;

    /// <summary>Half of the samples are of one class.</summary>
    public static void Halves(FieldReader fields, string name, int? samples)
    {
        if (samples is { } count && count % 2 == 1)
        {
            fields.Diagnostics.Report(DiagnosticRules.OddSampleCount, fields.PlaceOf(name), count);
        }
    }

    /// <summary>The class digits differ from each other and are not among the irrelevant ones.</summary>
    public static void Classes(FieldReader fields, int? positive, int? negative, EquatableArray<int>? irrelevant)
    {
        if (positive is not null && positive == negative)
        {
            fields.Diagnostics.Report(DiagnosticRules.SameClassTwice, fields.PlaceOf("negative"), positive);
        }

        if (irrelevant is not { } others)
        {
            return;
        }

        if (others.Count == 0)
        {
            fields.Diagnostics.Report(DiagnosticRules.WrongCount, fields.PlaceOf("irrelevant"), "1 class or more", 0);
        }

        for (int i = 0; i < others.Count; i++)
        {
            if (others[i] == positive || others[i] == negative)
            {
                SpecPlace place = fields.Has("irrelevant") ? fields.PlaceOf("irrelevant", i) : fields.PlaceOf(others[i] == positive ? "positive" : "negative");
                fields.Diagnostics.Report(DiagnosticRules.ClassIsIrrelevant, place, others[i], others[i] == positive ? "positive" : "negative");
            }
        }
    }

    /// <summary>The network distinguishes two classes.</summary>
    public static void TwoClasses(FieldReader fields, string kind, ModelSpec? model)
    {
        if (model is not null && ModelClasses.Count(model) != 2)
        {
            fields.Diagnostics.Report(DiagnosticRules.DataNeedTwoClasses, fields.PlaceOf("kind"), kind, ModelClasses.Count(model));
        }
    }

    /// <summary>The mosaic is as large as the input.</summary>
    public static void MosaicSize(FieldReader fields, int rows, int columns, ModelSpec? model)
    {
        string mosaic = Size((long)rows * DigitSide, (long)columns * DigitSide, 1);
        if (model is not null && Describe(model) != mosaic)
        {
            fields.Diagnostics.Report(DiagnosticRules.MosaicSizeDiffers, fields.PlaceOf("grid"), $"{rows}x{columns}", mosaic, Describe(model));
        }
    }

    /// <summary>The input is one digit, and there is an output per class.</summary>
    public static void Digits(FieldReader fields, ModelSpec? model) => Images(fields, model, DigitSide, 1);

    /// <summary>The input is one image of CIFAR-10, and there is an output per class.</summary>
    public static void Cifar(FieldReader fields, ModelSpec? model) => Images(fields, model, CifarSide, CifarChannels);

    private static void Images(FieldReader fields, ModelSpec? model, int side, int channels)
    {
        if (model is null)
        {
            return;
        }

        string size = Size(side, side, channels);
        if (Describe(model) != size)
        {
            fields.Diagnostics.Report(
                DiagnosticRules.ImageSizeDiffers, fields.PlaceOf("kind"), size, Describe(model), side, channels == 1 ? "1 channel" : $"{channels} channels");
        }

        if (ModelClasses.Count(model) != ImageClasses)
        {
            fields.Diagnostics.Report(DiagnosticRules.ImagesNeedTenOutputs, fields.PlaceOf("kind"), ModelClasses.Count(model));
        }
    }

    /// <summary>The input is vectors of one level.</summary>
    public static void Vectors(FieldReader fields, string kind, ModelSpec? model)
    {
        if (model is not null && model is not { Backbone: null, Input: VectorsInputSpec { Groups.Count: 0, Text: null } })
        {
            fields.Diagnostics.Report(DiagnosticRules.DataNeedVectors, fields.PlaceOf("kind"), kind, Describe(model));
        }
    }

    /// <summary>The input is a text.</summary>
    public static void Texts(FieldReader fields, string kind, ModelSpec? model)
    {
        if (model is not null && model is not { Backbone: null, Input: VectorsInputSpec { Text: not null } })
        {
            fields.Diagnostics.Report(DiagnosticRules.TextsNeedTextInput, fields.PlaceOf("kind"), kind, Describe(model));
        }
    }

    /// <summary>The vectors of a text's segments that are given lie in arrays, and those that are learnt are learnt from texts.</summary>
    /// <returns>The network to check the data against; null if their kind is already wrong for it.</returns>
    public static ModelSpec? SegmentVectors(FieldReader fields, string? kind, ModelSpec? model)
    {
        DiagnosticRule? broken = model?.Input is not VectorsInputSpec { Text: { } text } ? null : (text.Embedding, kind) switch
        {
            (_, null) or (TextEmbedding.Given, "arrays") or (TextEmbedding.Trained, "texts") => null,
            (TextEmbedding.Given, _) => DiagnosticRules.GivenNeedsArrays,
            (TextEmbedding.Trained, _) => DiagnosticRules.TrainedNeedsTexts,
            _ => null,
        };
        if (broken is null)
        {
            return model;
        }

        fields.Diagnostics.Report(broken, fields.PlaceOf("kind"), kind!);
        return null;
    }

    /// <summary>The decoys leave a place for the discriminative patch.</summary>
    public static void Decoys(FieldReader fields, SyntheticDataSpec data, ModelSpec? model)
    {
        if (DataRules.Decoys(data, model) is { } diagnostic)
        {
            fields.Diagnostics.Add(diagnostic with { Span = fields.PlaceOf("decoys").Span });
        }
    }

    /// <summary>The attributes make the classes of the network, and two of them if there are spurious ones.</summary>
    public static void Attributes(FieldReader fields, CelebaDataSpec data, ModelSpec? model)
    {
        if (DataRules.Attributes(data, model) is { } diagnostic)
        {
            string field = diagnostic.Rule == DiagnosticRules.SpuriousNeedsTwoClasses ? "spurious" : fields.Has("attributes") ? "attributes" : "attribute";
            fields.Diagnostics.Add(diagnostic with { Path = fields.PathOf(field), Span = fields.PlaceOf(field).Span });
        }
    }

    /// <summary>The input is an image, grey or of three colours.</summary>
    public static void Pictures(FieldReader fields, string kind, ModelSpec? model)
    {
        int? channels = model switch
        {
            { Backbone: { } backbone } => backbone.Channels,
            { Input: ImageInputSpec image } => image.Channels,
            _ => null,
        };
        if (model is not null && channels is not (1 or 3))
        {
            fields.Diagnostics.Report(DiagnosticRules.PicturesNeedImage, fields.PlaceOf("kind"), kind, Describe(model));
        }
    }

    /// <summary>There is a name for each class, and no two classes have the same.</summary>
    public static void ClassNames(FieldReader fields, EquatableArray<string> names, ModelSpec model)
    {
        string? mistake = names.Count != ModelClasses.Count(model) ? $"there are {names.Count} names"
            : names.Any(string.IsNullOrWhiteSpace) ? "one is empty"
            : names.GroupBy(name => name).FirstOrDefault(same => same.Count() > 1) is { } twice ? $"{Excerpt.Of(twice.Key)} is there twice"
            : null;
        if (mistake is not null)
        {
            fields.Diagnostics.Report(DiagnosticRules.ClassNamesDiffer, fields.PlaceOf("classes"), ModelClasses.Count(model), mistake);
        }
    }

    /// <summary>Describes one sample.</summary>
    private static string Describe(ModelSpec model) => model switch
    {
        { Backbone: { } backbone } => Size(backbone.Height, backbone.Width, backbone.Channels),
        { Input: ImageInputSpec image } => Size(image.Height, image.Width, image.Channels),
        { Input: VectorsInputSpec { Text: not null } } => "text",
        { Input: VectorsInputSpec { Groups.Count: 0 } } => "vectors",
        _ => "vectors in groups",
    };

    private static string Size(long height, long width, int channels) => $"{height}x{width}x{channels}";
}
