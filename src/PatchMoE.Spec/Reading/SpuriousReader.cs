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
