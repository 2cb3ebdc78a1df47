using PatchMoE.Reports.Texts;
using PatchMoE.Text;

namespace PatchMoE.Cli.Texts;

/// <summary>Routes texts through a model.</summary>
internal static class TextRouting
{
    /// <summary>A text with the experts that took its segments.</summary>
    /// <param name="model">A model of texts.</param>
    /// <param name="name">What the text is called.</param>
    /// <param name="document">The text.</param>
    public static RoutedText Of(IPatchMoEModel model, string name, TextDocument document)
    {
        TextExplanation explanation = model.ExplainText(document);
        var taken = new Dictionary<TextSegment, List<(int Expert, float Gate)>>(ReferenceEqualityComparer.Instance);
        foreach (ExpertView view in explanation.Explanation.Experts)
        {
            foreach (TakenPatch patch in view.Patches)
            {
                TextSegment segment = explanation.SegmentAt(patch.Place);
                (taken.TryGetValue(segment, out var experts) ? experts : taken[segment] = []).Add((view.Expert, patch.Gate));
            }
        }

        return new RoutedText(name, explanation.Prediction, Parts(explanation.Text, taken));
    }

    private static List<RoutedPart> Parts(SegmentedText text, Dictionary<TextSegment, List<(int Expert, float Gate)>> taken)
    {
        var parts = new List<RoutedPart>();
        int at = 0;
        foreach (TextSegment segment in Innermost(text.Segments))
        {
            // Segments of words that overlap share their words with the one before.
            int start = Math.Max(at, segment.Start);
            if (start > at)
            {
                parts.Add(new RoutedPart(text.Text[at..start], IsSegment: false, []));
            }

            if (segment.End > start)
            {
                (int Expert, float Gate)[] experts = taken.TryGetValue(segment, out var all) ? [.. all.OrderByDescending(one => one.Gate).ThenBy(one => one.Expert)] : [];
                parts.Add(new RoutedPart(text.Text[start..segment.End], IsSegment: true, experts));
                at = segment.End;
            }
        }

        if (at < text.Text.Length)
        {
            parts.Add(new RoutedPart(text.Text[at..], IsSegment: false, []));
        }

        return parts;
    }

    private static IEnumerable<TextSegment> Innermost(IReadOnlyList<TextSegment> segments) =>
        segments.SelectMany(segment => segment.Segments.Count == 0 ? [segment] : Innermost(segment.Segments));
}
