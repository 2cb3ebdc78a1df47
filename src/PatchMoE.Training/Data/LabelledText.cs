namespace PatchMoE.Training.Data;

/// <summary>A text and its class.</summary>
/// <param name="Name">Where it is: its file in the folder, or its row.</param>
/// <param name="Label">The name of its class.</param>
/// <param name="Document">The text.</param>
internal sealed record LabelledText(string Name, string Label, TextDocument Document);
