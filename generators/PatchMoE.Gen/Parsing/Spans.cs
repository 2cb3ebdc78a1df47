using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace PatchMoE.Gen.Parsing;

/// <summary>Roslyn's locations and ours.</summary>
internal static class Spans
{
    public static SourceSpan ToSourceSpan(this Location location)
    {
        FileLinePositionSpan lines = location.GetLineSpan();
        return new SourceSpan(
            lines.Path,
            location.SourceSpan.Start,
            location.SourceSpan.Length,
            lines.StartLinePosition.Line,
            lines.StartLinePosition.Character,
            lines.EndLinePosition.Line,
            lines.EndLinePosition.Character);
    }

    public static Location ToLocation(this SourceSpan span) => span.File.Length == 0
        ? Location.None
        : Location.Create(
            span.File,
            new TextSpan(span.Start, span.Length),
            new LinePositionSpan(new LinePosition(span.Line, span.Column), new LinePosition(span.EndLine, span.EndColumn)));
}
