namespace PatchMoE.Compiler;

/// <summary>A file written by the generator.</summary>
/// <param name="Name">The file's name, for example <c>MnistJoint.g.cs</c>.</param>
/// <param name="Text">Its contents.</param>
public sealed record EmittedFile(string Name, string Text);
