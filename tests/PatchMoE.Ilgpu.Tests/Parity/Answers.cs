namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>A batch and a network's results for it.</summary>
internal sealed record Answers(
    float[] Parameters,
    float[] Input,
    int[] Labels,
    int[]? Lengths,
    double Loss,
    IReadOnlyList<double> Logits,
    IReadOnlyDictionary<string, double[]> Gradients,
    int[]? Routes);
