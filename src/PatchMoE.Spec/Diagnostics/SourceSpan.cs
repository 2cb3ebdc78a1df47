namespace PatchMoE;

/// <summary>A stretch of a file, as an editor counts it.</summary>
/// <param name="File">The file's path as it was given; empty where the text has none.</param>
/// <param name="Start">The index of the first character, from 0.</param>
/// <param name="Length">The number of characters.</param>
/// <param name="Line">The first character's line, from 0.</param>
/// <param name="Column">The first character's column, from 0.</param>
/// <param name="EndLine">The line behind the last character, from 0.</param>
/// <param name="EndColumn">The column behind the last character, from 0.</param>
public readonly record struct SourceSpan(string File, int Start, int Length, int Line, int Column, int EndLine, int EndColumn);
