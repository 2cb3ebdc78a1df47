namespace PatchMoE;

/// <summary>Reads how a layer cuts the map of the layer below: <c>window</c>, <c>stride</c> and <c>padding</c>.</summary>
internal static class WindowReader
{
    private static readonly string[] s_fields = ["window", "stride", "padding"];

    /// <summary>Returns whether nothing is wrong.</summary>
    /// <param name="fields">The layer.</param>
    /// <param name="source">Where its patches come from.</param>
    /// <param name="window">The windows; null if the layer cuts no map, or they are wrong.</param>
    public static bool Read(FieldReader fields, LayerSource source, out WindowSpec? window)
    {
        window = null;
        if (source.NoWindow is { } reason)
        {
            foreach (string name in s_fields)
            {
                fields.Reject(name, DiagnosticRules.WindowWithoutMap, name, reason);
            }

            return !s_fields.Any(fields.Has);
        }

        (int Height, int Width)? size = Size(fields, "window", source.IsImage);
        (int Height, int Width)? stride = Size(fields, "stride", source.IsImage);
        Padding? padding = fields.Choice("padding", absent: Padding.Valid);
        if (size is not { } w || stride is not { } s || padding is not { } p)
        {
            return false;
        }

        window = new WindowSpec(w.Height, w.Width, s.Height, s.Width, p);
        bool fits = Check(fields, p, w.Height, source.Below?.Height, source.IsImage ? "height" : "length")
            & (!source.IsImage || Check(fields, p, w.Width, source.Below?.Width, "width"));
        window = fits ? window : null;
        return fits;
    }

    private static (int Height, int Width)? Size(FieldReader fields, string name, bool isImage)
    {
        if (isImage)
        {
            return fields.PairOr(name, IntRange.Positive, (1, 1));
        }

        return fields.Length(name, IntRange.Positive, absent: 1) is { } length ? (length, 1) : null;
    }

    private static bool Check(FieldReader fields, Padding padding, int window, int? map, string side)
    {
        if (padding == Padding.Same && window % 2 == 0)
        {
            fields.Diagnostics.Report(DiagnosticRules.EvenWindow, fields.PlaceOf("window"), window, side);
            return false;
        }

        if (padding == Padding.Valid && window > map)
        {
            fields.Diagnostics.Report(DiagnosticRules.WindowLargerThanMap, fields.PlaceOf("window"), window, map, side);
            return false;
        }

        return true;
    }
}
