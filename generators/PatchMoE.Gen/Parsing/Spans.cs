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

    /// <summary>
    /// The location of a span in a compilation. Only a location in one of its syntax trees answers to <c>#pragma warning</c>, <c>[SuppressMessage]</c> and the
    /// sections of <c>.editorconfig</c>; a span of a spec file is in none.
    /// </summary>
    public static Location ToLocation(this SourceSpan span, Compilation compilation)
    {
        var text = new TextSpan(span.Start, span.Length);
        SyntaxTree? tree = compilation.SyntaxTrees.FirstOrDefault(tree => tree.FilePath == span.File && text.End <= tree.Length);
        return tree is not null
            ? Location.Create(tree, text)
            : Location.Create(
                span.File,
                text,
                new LinePositionSpan(new LinePosition(span.Line, span.Column), new LinePosition(span.EndLine, span.EndColumn)));
    }
}
