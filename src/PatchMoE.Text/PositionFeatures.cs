namespace PatchMoE.Text;

/// <summary>The features of a segment's role and place.</summary>
internal static class PositionFeatures
{
    /// <summary>Writes them: place in the parent and in the document, 0…1; first, last, title, heading, each 0 or 1.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="features">[<see cref="TextSpec.PositionFeatures"/>], written.</param>
    public static void Write(TextSegment segment, Span<float> features)
    {
        features[0] = segment.PlaceInParent;
        features[1] = segment.PlaceInDocument;
        features[2] = Of(segment.IsFirst);
        features[3] = Of(segment.IsLast);
        features[4] = Of(segment.Role == TextRole.Title);
        features[5] = Of(segment.Role == TextRole.Heading);
    }

    private static float Of(bool value) => value ? 1 : 0;
}
