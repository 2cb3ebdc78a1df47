using System.Globalization;

namespace PatchMoE;

/// <summary>Reads one element of <c>model.layers</c>.</summary>
internal static class LayerReader
{
    /// <summary>Returns the layer, or null if anything in it is wrong.</summary>
    /// <param name="node">The element.</param>
    /// <param name="path">Its path.</param>
    /// <param name="source">Where its patches come from.</param>
    /// <param name="diagnostics">Receives the mistakes.</param>
    public static LayerSpec? Read(SpecNode node, string path, LayerSource source, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"experts\": 8, \"patchesPerExpert\": 6, \"neuronsPerExpert\": 5 }") is not { } fields)
        {
            return null;
        }

        Routing? routing = fields.Choice("routing", absent: Routing.ExpertChoice);
        int? experts = routing == Routing.Dense
            ? fields.Int("experts", IntRange.Positive, absent: 1)
            : fields.Int("experts", IntRange.Positive, "the number of experts");
        int? neurons = fields.Int("neuronsPerExpert", IntRange.Positive, "the number of neurons of each expert");
        bool? bias = fields.Boolean("bias", absent: false);
        bool cut = WindowReader.Read(fields, source, out WindowSpec? window);
        LayerSpec? choice = routing is { } known ? ReadRouting(fields, known, experts, cut ? source.Patches(window) : null) : null;
        bool? map = ReadOutput(fields, source);
        fields.Finish(allKnown: routing is not null);
        LayerSpec? layer = experts is { } k && neurons is { } m && bias is { } b && map is { } isMap && cut && choice is not null
            ? choice with { Experts = k, NeuronsPerExpert = m, Bias = b, Map = isMap, Window = window }
            : null;
        return IgnoresPooling(fields, source, map) && layer is not null ? layer with { Pooling = Pooling.Selected } : layer;
    }

    /// <summary>Whether the layer gives a map.</summary>
    private static bool? ReadOutput(FieldReader fields, LayerSource source)
    {
        if (fields.WordOr("output", ["pooled", "map"], "pooled") is not { } output)
        {
            return null;
        }

        if (output == "map" && source.NoMap is { } reason)
        {
            fields.Diagnostics.Report(DiagnosticRules.MapNotPossible, fields.PlaceOf("output"), reason);
            return null;
        }

        return output == "map";
    }

    /// <summary>The layer with what its routing says of it, and without the rest; null if anything is wrong.</summary>
    private static LayerSpec? ReadRouting(FieldReader fields, Routing routing, int? experts, int? patches)
    {
        bool isRead = true;
        int? taken = 0;
        TokenChoiceSpec? choice = null;
        if (routing == Routing.ExpertChoice)
        {
            taken = ReadPatchesPerExpert(fields, patches);
        }
        else if (routing == Routing.TokenChoice)
        {
            choice = TokenChoiceReader.Read(fields, experts);
            isRead = choice is not null;
        }

        bool chooses = routing is Routing.ExpertChoice or Routing.TokenChoice;
        Gate? gate = chooses ? fields.Choice("gate", absent: Gate.None) : Gate.None;
        Pooling? pooling = chooses ? fields.Choice("pooling", absent: Pooling.Selected) : Pooling.Selected;
        Reject(fields, routing, Routing.ExpertChoice, ["patchesPerExpert"], "'expertChoice'");
        Reject(fields, routing, Routing.TokenChoice, TokenChoiceReader.Fields, "'tokenChoice'");
        if (!chooses)
        {
            Reject(fields, routing, null, ["gate", "pooling"], "'expertChoice' or 'tokenChoice'");
        }

        return isRead && taken is { } l && gate is { } g && pooling is { } z ? new LayerSpec(routing, 1, 1, l, g, z) { Choice = choice } : null;
    }

    private static int? ReadPatchesPerExpert(FieldReader fields, int? patches)
    {
        int? taken = fields.Int("patchesPerExpert", IntRange.Positive, "the number of patches each expert takes");
        if (taken > patches)
        {
            fields.Diagnostics.ReportRepairable(
                patches?.ToString(CultureInfo.InvariantCulture), DiagnosticRules.TooManyPatchesPerExpert, fields.PlaceOf("patchesPerExpert"), taken, patches);
            return null;
        }

        if (taken is not null && taken == patches)
        {
            fields.Diagnostics.Report(DiagnosticRules.EveryPatchChosen, fields.PlaceOf("patchesPerExpert"), taken);
        }

        return taken;
    }

    private static void Reject(FieldReader fields, Routing routing, Routing? owner, IEnumerable<string> names, string owners)
    {
        if (routing == owner)
        {
            return;
        }

        foreach (string name in names)
        {
            fields.Reject(name, DiagnosticRules.FieldOfOtherRouting, name, SpecWords.Of(routing), owners);
        }
    }

    /// <summary>Whether the layer does not pool; warns if it says how.</summary>
    private static bool IgnoresPooling(FieldReader fields, LayerSource source, bool? map)
    {
        if (source.Backbone == LayerOutput.Map)
        {
            fields.Warn("pooling", "the output 'map' of the backbone", "the output 'features'");
            return true;
        }

        if (map == true && !fields.Has("pooling", SpecWords.Of(Pooling.Selected)))
        {
            fields.Warn("pooling", "the output 'map'", "the output 'pooled'");
        }

        return map == true;
    }
}
