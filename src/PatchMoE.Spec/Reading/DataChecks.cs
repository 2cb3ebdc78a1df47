namespace PatchMoE;

/// <summary>Holds the <c>data</c> section against itself and against the network.</summary>
internal static class DataChecks
{
    /// <summary>The side of the digits of MNIST and Fashion-MNIST.</summary>
    private const int DigitSide = 28;

    private const int DigitClasses = 10;
    private const int TwoClassesCount = 2;

    /// <summary>Half of the samples are of one class.</summary>
    public static void Halves(FieldReader fields, string name, int? samples)
    {
        if (samples is { } count && count % 2 == 1)
        {
            fields.Diagnostics.Report(DiagnosticRules.OddSampleCount, fields.PlaceOf(name), count);
        }
    }

    /// <summary>The class digits differ from each other and from the irrelevant ones.</summary>
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
                Place place = fields.Has("irrelevant") ? fields.PlaceOf("irrelevant", i) : fields.PlaceOf(others[i] == positive ? "positive" : "negative");
                fields.Diagnostics.Report(DiagnosticRules.ClassIsIrrelevant, place, others[i], others[i] == positive ? "positive" : "negative");
            }
        }
    }

    /// <summary>The network tells two classes apart.</summary>
    public static void TwoClasses(FieldReader fields, string kind, ModelSpec? model)
    {
        if (model is not null && Count(model) != TwoClassesCount)
        {
            fields.Diagnostics.Report(DiagnosticRules.DataNeedTwoClasses, fields.PlaceOf("kind"), kind, Count(model));
        }
    }

    /// <summary>The mosaic is as large as the input.</summary>
    public static void MosaicSize(FieldReader fields, int rows, int columns, ModelSpec? model)
    {
        string mosaic = Size((long)rows * DigitSide, (long)columns * DigitSide, 1);
        if (model is not null && Describe(model.Input) != mosaic)
        {
            fields.Diagnostics.Report(DiagnosticRules.MosaicSizeDiffers, fields.PlaceOf("grid"), $"{rows}x{columns}", mosaic, Describe(model.Input));
        }
    }

    /// <summary>The input is one digit, and there is an output per class.</summary>
    public static void Images(FieldReader fields, ModelSpec? model)
    {
        if (model is null)
        {
            return;
        }

        if (Describe(model.Input) != Size(DigitSide, DigitSide, 1))
        {
            fields.Diagnostics.Report(DiagnosticRules.ImageSizeDiffers, fields.PlaceOf("kind"), Describe(model.Input));
        }

        if (Count(model) != DigitClasses)
        {
            fields.Diagnostics.Report(DiagnosticRules.ImagesNeedTenOutputs, fields.PlaceOf("kind"), Count(model));
        }
    }

    /// <summary>The input is vectors of one level.</summary>
    public static void Vectors(FieldReader fields, ModelSpec? model)
    {
        if (model is not null && model.Input is not VectorsInputSpec { Groups.Count: 0 })
        {
            fields.Diagnostics.Report(DiagnosticRules.SyntheticNeedsVectors, fields.PlaceOf("kind"), Describe(model.Input));
        }
    }

    private static int Count(ModelSpec model) => model.Loss == Loss.Logistic ? TwoClassesCount : model.Head.Outputs;

    private static string Describe(InputSpec input) => input switch
    {
        ImageInputSpec image => Size(image.Height, image.Width, image.Channels),
        VectorsInputSpec { Groups.Count: 0 } => "vectors",
        _ => "vectors in groups",
    };

    private static string Size(long height, long width, int channels) => $"{height}x{width}x{channels}";
}
