namespace PatchMoE.Onnx;

/// <summary>A node of an exported network.</summary>
/// <param name="Operator">The ONNX operator.</param>
/// <param name="Name">The node's name.</param>
/// <param name="Inputs">The names of the values and constants that it reads.</param>
/// <param name="Outputs">The names of the values that it computes.</param>
public sealed record OnnxNode(string Operator, string Name, IReadOnlyList<string> Inputs, IReadOnlyList<string> Outputs);
