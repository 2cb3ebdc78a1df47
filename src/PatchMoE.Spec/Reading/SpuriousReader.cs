namespace PatchMoE;

/// <summary>Reads what is tied to the class in training only: the field <c>spurious</c> of a <c>data</c> section.</summary>
internal static class SpuriousReader
{
    /// <summary>Reads the digits of a mosaic and checks them against its classes; null if the field is absent or wrong.</summary>
    /// <param name="data">The <c>data</c> section.</param>
    /// <param name="positive">The positive class; null if it is wrong.</param>
    /// <param name="negative">The negative class; null if it is wrong.</param>
    /// <param name="grid">The grid; null if it is wrong.</param>
    public static SpuriousDigitsSpec? ReadDigits(FieldReader data, int? positive, int? negative, (int Height, int Width)? grid)
    {
        if (Open(data, "{ \"positive\": 2, \"negative\": 3 }") is not { } fields)
        {
            return null;
        }

        if (grid is (1, 1))
        {
            fields.Diagnostics.Report(DiagnosticRules.NoCellForSpurious, fields.Place);
        }

        int? first = ReadDigit(fields, "positive", positive, negative);
        int? second = ReadDigit(fields, "negative", positive, negative);
        if (first is not null && first == second)
        {
            fields.Diagnostics.Report(DiagnosticRules.SameClassTwice, fields.PlaceOf("negative"), first);
        }

        double? share = ReadShare(fields);
        fields.Finish();
        return first is { } p && second is { } n && share is { } s ? new SpuriousDigitsSpec(p, n, s) : null;
    }

    /// <summary>Reads the attributes of CelebA and checks that they are no label; null if the field is absent or wrong.</summary>
    /// <param name="data">The <c>data</c> section.</param>
    /// <param name="labels">The attributes that make the classes; null if they are wrong.</param>
    public static SpuriousAttributesSpec? ReadAttributes(FieldReader data, EquatableArray<string>? labels)
    {
        if (Open(data, "{ \"positive\": \"Black_Hair\", \"negative\": \"Blond_Hair\" }") is not { } fields)
        {
            return null;
        }

        string? positive = fields.Text("positive", "Black_Hair", "the attribute that is tied to the class with the label's attribute");
        string? negative = fields.Text("negative", "Blond_Hair");
        double? share = ReadShare(fields);
        fields.Finish();
        bool isTwice = ReportTwice(fields, "positive", positive, labels ?? default) | ReportTwice(fields, "negative", negative, [.. labels ?? default, positive ?? ""]);
        return !isTwice && positive is not null && share is { } s && fields.Has("negative") == negative is not null ? new SpuriousAttributesSpec(positive, negative, s) : null;
    }

    private static bool ReportTwice(FieldReader fields, string name, string? attribute, IEnumerable<string> others)
    {
        bool isTwice = attribute is not null && others.Contains(attribute);
        if (isTwice)
        {
            fields.Diagnostics.Report(DiagnosticRules.AttributeTwice, fields.PlaceOf(name), Excerpt.Of(attribute!));
        }

        return isTwice;
    }

    private static FieldReader? Open(FieldReader data, string example) =>
        data.Node("spurious") is { } node ? FieldReader.Open(node, data.PathOf("spurious"), data.Diagnostics, example) : null;

    private static int? ReadDigit(FieldReader fields, string name, int? positive, int? negative)
    {
        int? digit = fields.Int(name, IntRange.Digit, $"the class of the digit in {name} training samples");
        if (digit is not null && (digit == positive || digit == negative))
        {
            fields.Diagnostics.Report(DiagnosticRules.SpuriousIsClass, fields.PlaceOf(name), digit, digit == positive ? "positive" : "negative");
        }

        return digit;
    }

    private static double? ReadShare(FieldReader fields) => fields.Number("share", NumberRange.Fraction, SpuriousDigitsSpec.DefaultShare);
}
