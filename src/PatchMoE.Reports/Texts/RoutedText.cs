namespace PatchMoE.Reports.Texts;

/// <summary>A text with the experts of layer 0 that took each part of it.</summary>
/// <param name="Name">What it is called, for example its file.</param>
/// <param name="Prediction">What the model says of it.</param>
/// <param name="Parts">The text in its parts, in order; together they are the whole text.</param>
internal sealed record RoutedText(string Name, Prediction Prediction, IReadOnlyList<RoutedPart> Parts)
{
    /// <summary>The beginning of a long text: whole parts, until there are so many characters.</summary>
    /// <param name="characters">How many are enough.</param>
    public RoutedText Beginning(int characters)
    {
        int count = 0;
        for (int length = 0; count < Parts.Count && length < characters; count++)
        {
            length += Parts[count].Text.Length;
        }

        return count == Parts.Count ? this : this with { Parts = [.. Parts.Take(count), new RoutedPart(" …", IsSegment: false, [])] };
    }
}

/// <summary>A segment of a text, or what stands between two of them.</summary>
/// <param name="Text">Its characters.</param>
/// <param name="IsSegment">Whether it is a segment; otherwise no expert could take it.</param>
/// <param name="Experts">The experts that took it, the one with the largest gate first; none if it was left out.</param>
internal sealed record RoutedPart(string Text, bool IsSegment, IReadOnlyList<(int Expert, float Gate)> Experts);
