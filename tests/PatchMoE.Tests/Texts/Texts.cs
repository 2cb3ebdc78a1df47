using PatchMoE.Text;

namespace PatchMoE.Tests.Texts;

/// <summary>What the tests of texts share.</summary>
internal static class Texts
{
    /// <summary>A spec of levels that take 16 segments each.</summary>
    public static TextSpec Levels(params TextUnit[] units) =>
        new(units.Select(unit => new TextLevel(unit, unit == TextUnit.Document ? 1 : 16)).ToEquatableArray(), Dimension: 32, NgramLength: 3, NgramStep: 2);

    /// <summary>The segments of a text as strings; those of inner levels one after the other.</summary>
    public static string[] Innermost(TextSpec spec, TextDocument document)
    {
        SegmentedText text = new TextSegmenter(spec).Segment(document);
        IEnumerable<TextSegment> segments = text.Segments;
        for (int level = 1; level < spec.Levels.Count; level++)
        {
            segments = segments.SelectMany(segment => segment.Segments);
        }

        return [.. segments.Select(text.Of)];
    }

    /// <summary>The network of a text: one small layer for each level.</summary>
    public static ModelSpec Model(TextSpec text)
    {
        int[] most = [.. text.Levels.Select(level => level.MaximumSegments)];
        var input = new VectorsInputSpec(most[^1], text.PatchDimension, most.SkipLast(1).ToEquatableArray()) { Text = text };
        IEnumerable<LayerSpec> layers = most.Reverse().Select(n => new LayerSpec(Routing.ExpertChoice, 2, 3, Math.Min(2, n), Gate.SoftmaxSelected, Bias: true));
        return new ModelSpec(input, layers.ToEquatableArray(), new HeadSpec(HeadKind.Linear, 2, Bias: true), Loss.SoftmaxCrossEntropy);
    }
}
