namespace PatchMoE;

/// <summary>Reads <c>model.backbone</c> and derives the map that the pMoE layer sees.</summary>
internal static class BackboneReader
{
    private const string Example = "{ \"kind\": \"wrn\", \"patch\": 1 }";
    private static readonly IntRange BlockRange = new(1, 100);
    private static readonly IntRange GroupRange = new(2, 6);

    /// <summary>Returns the backbone and its map, or null if anything in it is wrong.</summary>
    /// <param name="node">The section.</param>
    /// <param name="path">Its path.</param>
    /// <param name="image">The input; null if it is wrong.</param>
    /// <param name="hasLayer">Whether there is a pMoE layer on the map.</param>
    /// <param name="diagnostics">Receives the mistakes.</param>
    public static (BackboneSpec Backbone, ImageInputSpec Map)? Read(
        SpecNode node, string path, ImageInputSpec? image, bool hasLayer, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, Example) is not { } fields)
        {
            return null;
        }

        string? kind = fields.Word("kind", ["wrn"], "'wrn', a Wide ResNet");
        EquatableArray<int>? widths = ReadWidths(fields);
        int? blocks = fields.Int("blocks", BlockRange, absent: 1);
        int? stem = fields.Int("stem", IntRange.Positive, absent: 16);
        (PatchFields? patches, LayerOutput? output) = ReadLayerFields(fields, hasLayer);
        fields.Finish(allKnown: kind is not null);
        if (kind is null || widths is not { } w || blocks is not { } b || stem is not { } s || image is null || (hasLayer && output is null))
        {
            return null;
        }

        var backbone = new BackboneSpec(image.Height, image.Width, image.Channels, w, b, s, output);
        return SizeLimits.CheckBackbone(fields, backbone) && Cut(fields, backbone, patches) is { } map ? (backbone, map) : null;
    }

    private static EquatableArray<int>? ReadWidths(FieldReader fields)
    {
        EquatableArray<int>? widths = fields.Ints("widths", IntRange.Positive, EquatableArray.Of(160, 320, 640));
        if (widths is not { } given || GroupRange.Contains(given.Count))
        {
            return widths;
        }

        fields.Diagnostics.Report(
            DiagnosticRules.WrongCount, fields.PlaceOf("widths"), $"{GroupRange.Minimum} to {GroupRange.Maximum} widths, one per group", given.Count);
        return null;
    }

    /// <summary>Without a layer there are no patches: each pixel of the map is one, and all of them are averaged.</summary>
    private static (PatchFields? Patches, LayerOutput? Output) ReadLayerFields(FieldReader fields, bool hasLayer)
    {
        if (hasLayer)
        {
            (int Height, int Width)? patch = fields.Pair("patch", IntRange.Positive, "a patch's [height, width] in pixels of the map");
            (int Height, int Width)? stride = fields.PairOr("stride", IntRange.Positive, absent: patch);
            LayerOutput? output = fields.Choice("output", absent: LayerOutput.Features);
            return (patch is { } p && stride is { } s ? new PatchFields(p, s) : null, output);
        }

        foreach (string name in new[] { "patch", "stride", "output" })
        {
            fields.Reject(name, DiagnosticRules.FieldNeedsLayer, name);
        }

        return (new PatchFields((1, 1), (1, 1)), null);
    }

    /// <summary>The map cut into patches; null if they do not fit.</summary>
    private static ImageInputSpec? Cut(FieldReader fields, BackboneSpec backbone, PatchFields? patches)
    {
        if (patches is not var ((patchHeight, patchWidth), (strideHeight, strideWidth)))
        {
            return null;
        }

        (int height, int width, int channels) = backbone.Map();
        bool fits = CheckPatch(fields, backbone, patchHeight, height, "height") & CheckPatch(fields, backbone, patchWidth, width, "width");
        if (!fits)
        {
            return null;
        }

        CheckCoverage(fields, backbone, "height", "row", patchHeight, strideHeight, height);
        CheckCoverage(fields, backbone, "width", "column", patchWidth, strideWidth, width);
        return new ImageInputSpec(height, width, channels, patchHeight, patchWidth, strideHeight, strideWidth);
    }

    private static bool CheckPatch(FieldReader fields, BackboneSpec backbone, int patch, int map, string side)
    {
        if (patch <= map)
        {
            return true;
        }

        fields.Diagnostics.Report(
            DiagnosticRules.PatchLargerThanMap, fields.PlaceOf("patch"), patch, map, side, backbone.MapText(), $"{backbone.Height}x{backbone.Width}x{backbone.Channels}");
        return false;
    }

    /// <summary>Warns of pixels of the map that no patch sees, in one direction.</summary>
    private static void CheckCoverage(FieldReader fields, BackboneSpec backbone, string side, string line, int patch, int stride, int map)
    {
        int left = (map - patch) % stride;
        if (left > 0)
        {
            fields.Diagnostics.Report(DiagnosticRules.MapLeftOver, fields.PlaceOf("patch"), InputReader.Lines(left, line), backbone.MapText());
        }

        InputReader.CheckGaps(fields, side, line, patch, stride, map);
    }

    private sealed record PatchFields((int Height, int Width) Patch, (int Height, int Width) Stride);
}
