namespace PatchMoE;

/// <summary>A range of a file, in an editor's coordinates.</summary>
/// <param name="File">The file's path as given; empty if the text has none.</param>
/// <param name="Start">The index of the first character, from 0.</param>
/// <param name="Length">The number of characters.</param>
/// <param name="Line">The first character's line, from 0.</param>
/// <param name="Column">The first character's column, from 0.</param>
/// <param name="EndLine">The line of the end, from 0.</param>
/// <param name="EndColumn">The column just past the last character, from 0.</param>
public readonly record struct SourceSpan(string File, int Start, int Length, int Line, int Column, int EndLine, int EndColumn);
