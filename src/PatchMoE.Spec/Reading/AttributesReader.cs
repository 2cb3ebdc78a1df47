namespace PatchMoE;

/// <summary>Reads which attributes of CelebA make the classes: the field <c>attribute</c> for one of them, or <c>attributes</c>.</summary>
internal static class AttributesReader
{
    /// <summary>Returns the attributes, or null if they are wrong or missing.</summary>
    /// <param name="fields">The <c>data</c> section.</param>
    public static EquatableArray<string>? Read(FieldReader fields)
    {
        bool hasSeveral = fields.Has("attributes");
        string? one = fields.Text("attribute", "Smiling", hasSeveral ? null : "the attribute that is the class, for example \"Smiling\"; several are 'attributes'");
        EquatableArray<string>? several = fields.Texts("attributes", "Smiling");
        if (!hasSeveral)
        {
            return one is null ? null : EquatableArray.Of(one);
        }

        fields.Warn("attribute", "the field 'attributes'", "either of them");
        if (several is not { } names)
        {
            return null;
        }

        if (names.Count is 0 or > CelebaDataSpec.MaximumAttributes)
        {
            fields.Diagnostics.Report(DiagnosticRules.WrongCount, fields.PlaceOf("attributes"), $"1 to {CelebaDataSpec.MaximumAttributes} attributes", names.Count);
            return null;
        }

        return ReportRepeated(fields, names) ? null : names;
    }

    private static bool ReportRepeated(FieldReader fields, EquatableArray<string> names)
    {
        int repeated = Enumerable.Range(0, names.Count).FirstOrDefault(i => names.Take(i).Contains(names[i]));
        if (repeated > 0)
        {
            fields.Diagnostics.Report(DiagnosticRules.AttributeTwice, fields.PlaceOf("attributes", repeated), Excerpt.Of(names[repeated]));
        }

        return repeated > 0;
    }
}
