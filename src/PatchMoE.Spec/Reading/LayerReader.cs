namespace PatchMoE;

/// <summary>Reads one element of <c>model.layers</c>.</summary>
internal static class LayerReader
{
    private const string Planned = "tokenChoice";

    /// <summary>Returns the layer, or null if anything in it is wrong.</summary>
    /// <param name="node">The element.</param>
    /// <param name="path">Its path.</param>
    /// <param name="patches">n; null if the input is wrong.</param>
    /// <param name="output">What a layer on a backbone's map outputs; null if there is no backbone.</param>
    /// <param name="diagnostics">Receives the mistakes.</param>
    public static LayerSpec? Read(SpecNode node, string path, int? patches, LayerOutput? output, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"experts\": 8, \"patchesPerExpert\": 6, \"neuronsPerExpert\": 5 }") is not { } fields)
        {
            return null;
        }

        Routing? routing = ReadRouting(fields);
        int? experts = routing == Routing.Dense
            ? fields.Int("experts", IntRange.Positive, absent: 1)
            : fields.Int("experts", IntRange.Positive, "the number of experts");
        int? neurons = fields.Int("neuronsPerExpert", IntRange.Positive, "the number of neurons of each expert");
        bool? bias = fields.Boolean("bias", absent: false);
        LayerSpec? layer = routing == Routing.ExpertChoice
            ? ReadExpertChoice(fields, experts, neurons, bias, patches)
            : ReadOther(fields, routing, experts, neurons, bias);
        fields.Finish(allKnown: routing is not null);
        if (output == LayerOutput.Map && routing == Routing.ExpertChoice)
        {
            fields.Warn("pooling", "the output 'map' of the backbone", "the output 'features'");
            return layer is null ? null : layer with { Pooling = Pooling.Selected };
        }

        return layer;
    }

    private static Routing? ReadRouting(FieldReader fields)
    {
        if (fields.Has("routing", Planned))
        {
            fields.Node("routing");
            fields.Diagnostics.Report(DiagnosticRules.RoutingPlanned, fields.PlaceOf("routing"), Planned);
            return null;
        }

        return fields.Choice("routing", absent: Routing.ExpertChoice);
    }

    private static LayerSpec? ReadExpertChoice(FieldReader fields, int? experts, int? neurons, bool? bias, int? patches)
    {
        int? taken = fields.Int("patchesPerExpert", IntRange.Positive, "the number of patches each expert takes");
        Gate? gate = fields.Choice("gate", absent: Gate.None);
        Pooling? pooling = fields.Choice("pooling", absent: Pooling.Selected);
        if (taken > patches)
        {
            fields.Diagnostics.Report(DiagnosticRules.TooManyPatchesPerExpert, fields.PlaceOf("patchesPerExpert"), taken, patches);
            return null;
        }

        if (taken is not null && taken == patches)
        {
            fields.Diagnostics.Report(DiagnosticRules.EveryPatchChosen, fields.PlaceOf("patchesPerExpert"), taken);
        }

        return experts is { } k && neurons is { } m && bias is { } b && taken is { } l && gate is { } g && pooling is { } z
            ? new LayerSpec(Routing.ExpertChoice, k, m, l, g, z, b)
            : null;
    }

    private static LayerSpec? ReadOther(FieldReader fields, Routing? routing, int? experts, int? neurons, bool? bias)
    {
        if (routing is not { } r)
        {
            return null;
        }

        foreach (string name in new[] { "patchesPerExpert", "gate", "pooling" })
        {
            fields.Reject(name, DiagnosticRules.FieldOfOtherRouting, name, SpecWords.Of(r));
        }

        return experts is { } k && neurons is { } m && bias is { } b ? new LayerSpec(r, k, m, Bias: b) : null;
    }
}
