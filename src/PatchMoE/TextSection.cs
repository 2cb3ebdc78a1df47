namespace PatchMoE;

/// <summary>A part of a text under its own heading.</summary>
/// <param name="Heading">The heading; empty if there is none.</param>
/// <param name="Body">The text below it; a blank line ends a paragraph.</param>
public sealed record TextSection(string Heading, string Body);
