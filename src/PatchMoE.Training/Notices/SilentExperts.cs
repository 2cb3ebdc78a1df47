using PatchMoE.Training.Data;
using PatchMoE.Training.Evaluation;

namespace PatchMoE.Training.Notices;

/// <summary>
/// Finds experts that answer 0 to every sample: because they take none, their gate is 0, or none of their neurons fires. Whatever the reason and the engine, the
/// gradient of the loss with respect to their weights is then exactly 0.
/// </summary>
internal static class SilentExperts
{
    private const int MaximumSamples = 256;

    /// <summary>The silent experts of a layer.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">Samples that fit its network; the first few hundred are taken.</param>
    /// <param name="layer">The layer's index.</param>
    /// <returns>Their indices, and the number of samples.</returns>
    public static (IReadOnlyList<int> Experts, int Samples) Of(INetworkEngine engine, Dataset data, int layer)
    {
        ModelSpec model = engine.Spec.Model;
        EquatableArray<ParameterSpec> tensors = model.NetworkParameters();
        int samples = Math.Min(data.Count, MaximumSamples);
        var logits = new float[samples * model.Head.Outputs];
        var gradients = new float[ModelParameters.BufferLength(tensors)];
        float[] buffer = [];
        ReadOnlySpan<float> input = data.InputsOf(0, samples, ref buffer);
        ReadOnlySpan<int> lengths = data.LengthsOf(0, samples);
        engine.Forward(input, logits, lengths);
        engine.LossAndGradients(input, LeastLikely(model, logits, samples), logits, gradients, default, lengths);

        string prefix = $"layers.{layer}.experts.";
        int experts = model.Layers[layer].Experts;
        var silent = new List<int>();
        for (int s = 0; s < experts; s++)
        {
            if (tensors.Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal)).All(
                tensor => gradients.AsSpan(tensor.Offset + (s * (tensor.Length / experts)), tensor.Length / experts).IndexOfAnyExcept(0f) < 0))
            {
                silent.Add(s);
            }
        }

        return (silent, samples);
    }

    /// <summary>For each sample the class that the network gives the lowest probability: with it the loss has a gradient, however sure the network is.</summary>
    private static int[] LeastLikely(ModelSpec model, ReadOnlySpan<float> logits, int samples)
    {
        var labels = new int[samples];
        for (int b = 0; b < samples; b++)
        {
            ReadOnlySpan<float> sample = logits.Slice(b * model.Head.Outputs, model.Head.Outputs);
            labels[b] = model.Loss == Loss.Logistic ? -Losses.Predict(model.Loss, sample) : Lowest(sample);
        }

        return labels;
    }

    private static int Lowest(ReadOnlySpan<float> logits)
    {
        int lowest = 0;
        for (int c = 1; c < logits.Length; c++)
        {
            lowest = logits[c] < logits[lowest] ? c : lowest;
        }

        return lowest;
    }
}
