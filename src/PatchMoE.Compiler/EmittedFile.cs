namespace PatchMoE.Compiler;

/// <summary>A file that the generator wrote.</summary>
/// <param name="Name">The file's name, for example <c>MnistJoint.g.cs</c>.</param>
/// <param name="Text">Its text.</param>
public sealed record EmittedFile(string Name, string Text);
