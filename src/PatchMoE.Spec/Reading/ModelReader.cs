namespace PatchMoE;

/// <summary>Reads the <c>model</c> section.</summary>
internal static class ModelReader
{
    /// <summary>Returns the network, or null if anything in it is wrong.</summary>
    public static ModelSpec? Read(SpecNode node, string path, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"input\": { ... }, \"layers\": [ ... ], \"head\": { ... }, \"loss\": \"logistic\" }") is not { } fields)
        {
            return null;
        }

        bool hasBackbone = fields.Has("backbone");
        InputSpec? input = fields.Node("input", "what one sample is, an object of kind 'image', 'vectors' or 'text'") is { } inputNode
            ? InputReader.Read(inputNode, fields.PathOf("input"), hasBackbone, diagnostics)
            : null;
        BackboneSpec? backbone = null;
        if (fields.Node("backbone") is { } backboneNode)
        {
            bool hasLayer = fields.Has("layers") && !fields.IsEmptyArray("layers");
            var read = BackboneReader.Read(backboneNode, fields.PathOf("backbone"), input as ImageInputSpec, hasLayer, diagnostics);
            (backbone, input) = (read?.Backbone, read?.Map);
        }

        LayerSpec?[]? layers = ReadLayers(fields, input, backbone, hasBackbone);
        HeadSpec? head = fields.Node("head", "the output layer, an object of kind 'fixed' or 'linear'") is { } headNode
            ? HeadReader.Read(headNode, fields.PathOf("head"), layers?.LastOrDefault(), hasBackbone, diagnostics)
            : null;
        Loss? loss = fields.Choice<Loss>("loss", "'logistic' or 'softmaxCrossEntropy'");
        fields.Finish();
        CheckLoss(fields, loss, head);

        if (input is null || layers is null || head is null || loss is null || layers.Any(layer => layer is null))
        {
            return null;
        }

        EquatableArray<LayerSpec> all = layers.Select(layer => layer!).ToEquatableArray();
        return CheckLevels(fields, input, all)
            ? Sized(fields, new ModelSpec(input, all, head, loss.Value, backbone))
            : null;
    }

    private static ModelSpec? Sized(FieldReader fields, ModelSpec model) => SizeLimits.CheckNetwork(fields, model) ? model : null;

    /// <summary>Returns the layers, null for each that is wrong; null if there is no array of them. With a backbone none is required.</summary>
    private static LayerSpec?[]? ReadLayers(FieldReader fields, InputSpec? input, BackboneSpec? backbone, bool hasBackbone)
    {
        switch (fields.Node("layers", hasBackbone ? null : "an array of layers, lowest first"))
        {
            case null:
                return hasBackbone ? [] : null;

            case SpecArray { Items.Count: 0 } when hasBackbone:
                return [];

            case SpecArray { Items.Count: 0 }:
                fields.Diagnostics.Report(DiagnosticRules.NoLayers, fields.PlaceOf("layers"));
                return null;

            case SpecArray array:
                return ReadEach(fields, array, input, backbone);

            case var other:
                new ValueReader(fields.Diagnostics).Mistype<int>(other, fields.PathOf("layers"), "an array of layers", "[ { \"neuronsPerExpert\": 5, ... } ]");
                return null;
        }
    }

    private static LayerSpec?[] ReadEach(FieldReader fields, SpecArray array, InputSpec? input, BackboneSpec? backbone)
    {
        var layers = new LayerSpec?[array.Items.Count];
        LayerSource source = LayerSource.Of(input, backbone);
        for (int i = 0; i < layers.Length; i++)
        {
            layers[i] = LayerReader.Read(array.Items[i], $"{fields.PathOf("layers")}[{i}]", source, fields.Diagnostics);
            source = source.Above(input, layers[i], i + 1);
        }

        return layers;
    }

    private static void CheckLoss(FieldReader fields, Loss? loss, HeadSpec? head)
    {
        if (head is null)
        {
            return;
        }

        if (loss == Loss.Logistic && head.Outputs > 1)
        {
            fields.Diagnostics.Report(DiagnosticRules.LogisticNeedsOneOutput, fields.PlaceOf("loss"), head.Outputs);
        }

        if (loss == Loss.SoftmaxCrossEntropy && head.Outputs == 1)
        {
            fields.Diagnostics.Report(DiagnosticRules.SoftmaxNeedsSeveralOutputs, fields.PlaceOf("loss"), head.Outputs);
        }
    }

    /// <summary>Checks that each layer but the lowest has patches: one layer for each level of groups, or maps below.</summary>
    private static bool CheckLevels(FieldReader fields, InputSpec input, EquatableArray<LayerSpec> layers)
    {
        int groups = input is VectorsInputSpec vectors ? vectors.Groups.Count : 0;
        if (groups > 0 && layers.Count != groups + 1)
        {
            (string rule, string field) = input is VectorsInputSpec { Text: not null }
                ? ("one for each level of the text", "levels")
                : ("one more than the number of entries in 'groups'", "groups");
            fields.Diagnostics.Report(DiagnosticRules.LayersDoNotMatchGroups, fields.PlaceOf("layers"), layers.Count, groups + 1, rule, field);
            return false;
        }

        bool hasMaps = true;
        for (int i = 0; i < layers.Count - 1 && groups == 0; i++)
        {
            if (!layers[i].Map)
            {
                fields.Diagnostics.Report(DiagnosticRules.NoMapBelow, fields.PlaceOf("layers", i), i, i + 1);
                hasMaps = false;
            }
        }

        return hasMaps;
    }
}
