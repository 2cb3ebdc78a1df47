namespace PatchMoE.Onnx;

/// <summary>An input or an output of an exported network.</summary>
/// <param name="Name">The name by which it is given or asked for.</param>
/// <param name="Type">The type of its values: <c>float32</c> or <c>int64</c>.</param>
/// <param name="Shape">Its axes: sizes, or <c>batch</c> for any number of samples.</param>
/// <param name="IsOptional">Whether an input may be left out.</param>
/// <param name="Description">What it is.</param>
public sealed record OnnxValue(string Name, string Type, IReadOnlyList<string> Shape, bool IsOptional, string Description);
