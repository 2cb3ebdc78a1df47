using System.Numerics;

namespace PatchMoE;

/// <summary>Reads <c>model.input</c>.</summary>
internal static class InputReader
{
    /// <summary>Returns the input, or null if anything in it is wrong.</summary>
    /// <param name="node">The section.</param>
    /// <param name="path">Its path.</param>
    /// <param name="hasBackbone">Whether it is the input of a backbone: then it is an image, taken as a single patch.</param>
    /// <param name="diagnostics">Receives the mistakes.</param>
    public static InputSpec? Read(SpecNode node, string path, bool hasBackbone, DiagnosticBag diagnostics)
    {
        if (FieldReader.Open(node, path, diagnostics, "{ \"kind\": \"vectors\", \"patches\": 16, \"dimension\": 64 }") is not { } fields)
        {
            return null;
        }

        string? kind = fields.Word("kind", ["image", "vectors", "text"], "'image', 'vectors' or 'text'");
        InputSpec? input = kind switch
        {
            "image" => ReadImage(fields, hasBackbone),
            "vectors" => ReadVectors(fields),
            "text" => TextInputReader.Read(fields),
            _ => null,
        };
        fields.Finish(allKnown: kind is not null);
        if (!hasBackbone || kind is null or "image")
        {
            return input;
        }

        diagnostics.Report(DiagnosticRules.BackboneNeedsImage, fields.PlaceOf("kind"), kind);
        return null;
    }

    private static ImageInputSpec? ReadImage(FieldReader fields, bool hasBackbone)
    {
        int? height = fields.Int("height", IntRange.Positive, "the image's height in pixels");
        int? width = fields.Int("width", IntRange.Positive, "the image's width in pixels");
        int? channels = fields.Int("channels", IntRange.Positive, absent: 1);
        return hasBackbone ? ReadWhole(fields, height, width, channels) : ReadPatches(fields, height, width, channels);
    }

    private static ImageInputSpec? ReadWhole(FieldReader fields, int? height, int? width, int? channels)
    {
        foreach (string name in new[] { "patch", "stride" })
        {
            fields.Reject(name, DiagnosticRules.PatchesAreOfTheMap, name);
        }

        return height is { } h && width is { } w && channels is { } c && SizeLimits.CheckInput(fields, (BigInteger)h * w * c)
            ? new ImageInputSpec(h, w, c, h, w, h, w)
            : null;
    }

    private static ImageInputSpec? ReadPatches(FieldReader fields, int? height, int? width, int? channels)
    {
        (int Height, int Width)? patch = fields.Pair("patch", IntRange.Positive, "a patch's [height, width] in pixels");
        (int Height, int Width)? stride = fields.PairOr("stride", IntRange.Positive, absent: patch);

        bool fits = CheckPatch(fields, patch?.Height, height, "height") & CheckPatch(fields, patch?.Width, width, "width");
        if (!fits || height is not { } h || width is not { } w || channels is not { } c || patch is not { } p || stride is not { } s)
        {
            return null;
        }

        string? repair = fields.Has("stride") ? null : fields.PairText("patch", Divisor(h, p.Height), Divisor(w, p.Width));
        CheckCoverage(fields, "height", "row", p.Height, s.Height, h, repair);
        CheckCoverage(fields, "width", "column", p.Width, s.Width, w, repair);
        return SizeLimits.CheckInput(fields, (BigInteger)h * w * c) ? new ImageInputSpec(h, w, c, p.Height, p.Width, s.Height, s.Width) : null;
    }

    private static bool CheckPatch(FieldReader fields, int? patch, int? image, string side)
    {
        if (!(patch > image))
        {
            return true;
        }

        fields.Diagnostics.Report(DiagnosticRules.PatchLargerThanImage, fields.PlaceOf("patch"), patch, image, side);
        return false;
    }

    /// <summary>The nearest size of a patch that divides the image's.</summary>
    private static int Divisor(int image, int patch) =>
        Enumerable.Range(0, image).SelectMany(distance => new[] { patch - distance, patch + distance }).First(size => size > 0 && size <= image && image % size == 0);

    /// <summary>Warns of pixels that no patch sees, in one direction.</summary>
    private static void CheckCoverage(FieldReader fields, string side, string line, int patch, int stride, int image, string? repair)
    {
        int left = (image - patch) % stride;
        if (left > 0)
        {
            fields.Diagnostics.ReportRepairable(repair, DiagnosticRules.PixelsLeftOver, fields.PlaceOf("patch"), Lines(left, line), image - left, side);
        }

        CheckGaps(fields, side, line, patch, stride, image);
    }

    /// <summary>Rows or columns in words.</summary>
    public static string Lines(int count, string line) => count == 1 ? $"1 {line}" : $"{count} {line}s";

    /// <summary>Warns of pixels between two patches, in one direction.</summary>
    public static void CheckGaps(FieldReader fields, string side, string line, int patch, int stride, int image)
    {
        if (stride > patch && image - patch >= stride)
        {
            fields.Diagnostics.Report(
                DiagnosticRules.PixelsBetweenPatches, fields.PlaceOf("stride"), stride, patch, Lines(stride - patch, line), side);
        }
    }

    private static VectorsInputSpec? ReadVectors(FieldReader fields)
    {
        int? patches = fields.Int("patches", IntRange.Positive, "the number of patches of a sample, or of each group");
        int? dimension = fields.Int("dimension", IntRange.Positive, "the length of a patch's vector");
        EquatableArray<int>? groups = fields.Ints("groups", IntRange.Positive, absent: default);
        if (groups?.Count >= SpecReader.MaximumLevels)
        {
            fields.Diagnostics.Report(DiagnosticRules.TooManyLevels, fields.PlaceOf("groups"), groups.Value.Count + 1, SpecReader.MaximumLevels);
            return null;
        }

        if (patches is not { } n || dimension is not { } d || groups is not { } g)
        {
            return null;
        }

        BigInteger length = g.Aggregate((BigInteger)n * d, (product, size) => product * size);
        return SizeLimits.CheckInput(fields, length) ? new VectorsInputSpec(n, d, g) : null;
    }
}
