namespace PatchMoE;

/// <summary>Reads how samples are prepared: the fields <c>classes</c>, <c>normalize</c> and <c>augment</c> that all kinds of data share.</summary>
internal static class PreparationReader
{
    /// <summary>Returns the data with their preparation, or null if anything is wrong.</summary>
    /// <param name="fields">The <c>data</c> section.</param>
    /// <param name="data">What was read of it so far; null if it is wrong.</param>
    /// <param name="model">The network; null if it is wrong, and then nothing is checked against it.</param>
    /// <param name="normalizes">Whether data of this kind are normalised if the spec does not say.</param>
    public static DataSpec? Read(FieldReader fields, DataSpec? data, ModelSpec? model, bool normalizes)
    {
        EquatableArray<string>? classes = fields.Texts("classes", "cat");
        bool? normalize = fields.Boolean("normalize", normalizes);
        if (data is TextDataSpec && normalize == true)
        {
            fields.Warn("normalize", "data of kind 'texts', whose vectors have a fixed scale", "no texts");
            normalize = false;
        }

        (bool isValid, AugmentSpec? augment) = fields.Node("augment") is { } node ? ReadAugment(fields, node, model) : (true, null);
        if (classes is { Count: > 0 } names && model is not null)
        {
            DataChecks.ClassNames(fields, names, model);
        }

        return data is not null && classes is { } c && normalize is { } n && isValid ? data with { Classes = c, Normalize = n, Augment = augment } : null;
    }

    private static (bool IsValid, AugmentSpec? Augment) ReadAugment(FieldReader data, SpecNode node, ModelSpec? model)
    {
        (int Height, int Width)? image = model switch
        {
            { Backbone: { } backbone } => (backbone.Height, backbone.Width),
            { Input: ImageInputSpec input } => (input.Height, input.Width),
            _ => null,
        };
        if (model is not null && image is null)
        {
            data.Warn("augment", "vectors", "an image input");
        }

        if (node is SpecBoolean usual)
        {
            return (true, usual.Value && image is { } side ? AugmentSpec.Usual(side.Height, side.Width) : null);
        }

        if (FieldReader.Open(node, data.PathOf("augment"), data.Diagnostics, "true, or { \"flip\": true, \"shift\": 4 }") is not { } fields)
        {
            return (false, null);
        }

        bool? flip = fields.Boolean("flip", absent: false);
        int? shift = fields.Int("shift", IntRange.NotNegative, absent: 0);
        double? crop = fields.Number("crop", NumberRange.Fraction, absent: 1);
        double? brightness = fields.Number("brightness", NumberRange.NotNegative, absent: 0);
        fields.Finish();
        return flip is { } f && shift is { } s && crop is { } c && brightness is { } b ? (true, new AugmentSpec(f, s, c, b)) : (false, null);
    }
}
