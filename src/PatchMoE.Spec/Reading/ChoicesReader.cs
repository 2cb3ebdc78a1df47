namespace PatchMoE;

/// <summary>Reads the fields of <c>training</c> that hold samples out and choose by them.</summary>
internal static class ChoicesReader
{
    /// <summary>Returns the defaults with these fields, or null if one is wrong.</summary>
    /// <param name="fields">The section.</param>
    /// <param name="absent">The defaults.</param>
    public static TrainingSpec? Read(FieldReader fields, TrainingSpec absent)
    {
        double? validation = fields.Number("validation", NumberRange.BelowOne);
        bool? keepBest = fields.Boolean("keepBest", absent.KeepBest);
        int? patience = fields.Int("patience", IntRange.Positive);
        int? seeds = fields.Int("seeds", IntRange.Positive, absent.Seeds);
        if (keepBest is not { } keep || seeds is not { } count || fields.Has("validation") != validation.HasValue || fields.Has("patience") != patience.HasValue)
        {
            return null;
        }

        TrainingSpec choices = absent with { Validation = validation, KeepBest = keep, Patience = patience, Seeds = count };
        if (TrainingRules.Validation(choices) is { } diagnostic)
        {
            fields.Diagnostics.Add(diagnostic with { Span = fields.PlaceOf("validation").Span });
        }

        return choices;
    }
}
