using PatchMoE.Tests;

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
    int[]? Routes)
{
    /// <summary>Those of a case computed by PyTorch.</summary>
    public static Answers Of(GoldenCase golden) => new(
        golden.Parameters(),
        golden.Input.Values<float>(),
        golden.Labels,
        Lengths: null,
        golden.Loss,
        Doubles(golden.Logits),
        golden.Gradients.ToDictionary(pair => pair.Key, pair => Doubles(pair.Value)),
        golden.Routes);

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
