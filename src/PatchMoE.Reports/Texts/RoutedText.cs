namespace PatchMoE.Reports.Texts;

/// <summary>A text with the experts of layer 0 that took each part of it.</summary>
/// <param name="Name">What it is called, for example its file.</param>
/// <param name="Prediction">What the model says of it.</param>
/// <param name="Parts">The text in its parts, in order; together they are the whole text.</param>
internal sealed record RoutedText(string Name, Prediction Prediction, IReadOnlyList<RoutedPart> Parts);

/// <summary>A segment of a text, or what stands between two of them.</summary>
/// <param name="Text">Its characters.</param>
/// <param name="IsSegment">Whether it is a segment; otherwise no expert could take it.</param>
/// <param name="Experts">The experts that took it, the one with the largest gate first; none if it was left out.</param>
internal sealed record RoutedPart(string Text, bool IsSegment, IReadOnlyList<(int Expert, float Gate)> Experts);
