namespace PatchMoE.Gen.Emission.Text;

/// <summary>An emitted file.</summary>
/// <param name="Name">Its name, unique in the compilation.</param>
/// <param name="Text">Its text.</param>
internal sealed record EmittedSource(string Name, string Text);
