using ILGPU;
using ILGPU.Algorithms;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Ilgpu.Kernels;

/// <summary>
/// The kernels of an update that are the same for every network. One thread per value; <c>failed</c> holds the number of the last update that failed, and an update of that number
/// changes nothing: as numbers grow, nobody need clear it. The formulas and their order are those of <see cref="Sgd"/>, <see cref="Momentum"/>, <see cref="Adam"/> and <see cref="AdamW"/>.
/// </summary>
internal static class TrainingKernels
{
    private const int ExponentBits = 0x7f800000;

    /// <summary>target[b, i] = source[rows[b], i], [B, length].</summary>
    public static void Gather(Index1D index, ArrayView<int> rows, ArrayView<float> source, ArrayView<float> target, int length)
    {
        int row = index / length;
        target[index] = source[((long)rows[row] * length) + (index - (row * length))];
    }

    /// <summary>Notes the update as failed if a value is NaN or infinite. A thread has one value of each array that is long enough; all that write write the same, so their order does not matter.</summary>
    public static void FindNotFinite(Index1D index, ArrayView<float> losses, ArrayView<float> gradients, ArrayView<float> inputGradient, ArrayView<float> failed, float update)
    {
        if (IsNotFinite(losses, index) || IsNotFinite(gradients, index) || IsNotFinite(inputGradient, index))
        {
            failed[0] = update;
        }
    }

    /// <summary>w ← w − η·(g + λ·w).</summary>
    public static void Sgd(Index1D index, ArrayView<float> weights, ArrayView<float> gradients, ArrayView<float> failed, float update, float decay, float learningRate)
    {
        if (failed[0] != update)
        {
            float g = gradients[index] + (weights[index] * decay);
            weights[index] -= g * learningRate;
        }
    }

    /// <summary>u ← µ·u + g + λ·w, w ← w − η·u.</summary>
    public static void Momentum(
        Index1D index, ArrayView<float> weights, ArrayView<float> gradients, ArrayView<float> velocity, ArrayView<float> failed, float update, float momentum, float decay, float learningRate)
    {
        if (failed[0] != update)
        {
            float g = gradients[index] + (weights[index] * decay);
            float u = (velocity[index] * momentum) + g;
            velocity[index] = u;
            weights[index] -= u * learningRate;
        }
    }

    /// <summary>m ← β₁·m + (1 − β₁)·g, s ← β₂·s + (1 − β₂)·g², w ← shrink·w − size·m / (√s / root + ε), after g ← g + λ·w.</summary>
    public static void Adam(
        Index1D index, ArrayView<float> weights, ArrayView<float> gradients, ArrayView<float> first, ArrayView<float> second, ArrayView<float> failed, float update, AdamConstants constants)
    {
        if (failed[0] != update)
        {
            float w = weights[index];
            float g = gradients[index] + (w * constants.Decay);
            float m = (first[index] * constants.Beta1) + (g * constants.Rest1);
            float s = (second[index] * constants.Beta2) + (g * g * constants.Rest2);
            first[index] = m;
            second[index] = s;
            weights[index] = (w * constants.Shrink) - (m * constants.Size / ((XMath.Sqrt(s) / constants.Root) + constants.Epsilon));
        }
    }

    private static bool IsNotFinite(ArrayView<float> values, int index) => index < values.Length && (Interop.FloatAsInt(values[index]) & ExponentBits) == ExponentBits;
}

/// <summary>The constants of one update of Adam or AdamW.</summary>
/// <param name="Beta1">β₁.</param>
/// <param name="Rest1">1 − β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Rest2">1 − β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Decay">λ of g ← g + λ·w.</param>
/// <param name="Shrink">The factor applied to w.</param>
/// <param name="Size">η / (1 − β₁ᵗ).</param>
/// <param name="Root">√(1 − β₂ᵗ).</param>
internal readonly record struct AdamConstants(
    float Beta1, float Rest1, float Beta2, float Rest2, float Epsilon, float Decay, float Shrink, float Size, float Root);
