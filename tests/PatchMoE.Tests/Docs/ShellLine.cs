namespace PatchMoE.Tests.Docs;

/// <summary>A line that a reader types into a terminal.</summary>
/// <param name="File">The document, relative to the repository.</param>
/// <param name="Line">The number of the line.</param>
/// <param name="Text">The line without its comment.</param>
/// <param name="IsMention">Whether it stands in running text, set as code, and not in a block.</param>
public sealed record ShellLine(string File, int Line, string Text, bool IsMention)
{
    /// <summary>The first word.</summary>
    public string Program => Text.Split(' ')[0];

    public override string ToString() => $"{File}:{Line} {Text}";
}
