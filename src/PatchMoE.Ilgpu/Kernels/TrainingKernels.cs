using ILGPU;
using ILGPU.Algorithms;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Ilgpu.Kernels;

/// <summary>
/// The kernels of an update that are the same for every network. One thread, one value; <c>failed</c> is a flag, 0 or 1, that keeps an update from
/// being made. The formulas and their order are those of <see cref="Sgd"/>, <see cref="Momentum"/>, <see cref="Adam"/> and <see cref="AdamW"/>.
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

    /// <summary>Raises the flag if a value is NaN or infinite. Every thread that writes writes the same, so their order does not matter.</summary>
    public static void FindNotFinite(Index1D index, ArrayView<float> values, ArrayView<float> failed)
    {
        if ((Interop.FloatAsInt(values[index]) & ExponentBits) == ExponentBits)
        {
            failed[0] = 1;
        }
    }

    /// <summary>w ← w − η·(g + λ·w).</summary>
    public static void Sgd(Index1D index, ArrayView<float> weights, ArrayView<float> gradients, ArrayView<float> failed, float decay, float learningRate)
    {
        if (failed[0] == 0)
        {
            float g = gradients[index] + (weights[index] * decay);
            weights[index] -= g * learningRate;
        }
    }

    /// <summary>u ← µ·u + g + λ·w, w ← w − η·u.</summary>
    public static void Momentum(
        Index1D index, ArrayView<float> weights, ArrayView<float> gradients, ArrayView<float> velocity, ArrayView<float> failed, float momentum, float decay, float learningRate)
    {
        if (failed[0] == 0)
        {
            float g = gradients[index] + (weights[index] * decay);
            float u = (velocity[index] * momentum) + g;
            velocity[index] = u;
            weights[index] -= u * learningRate;
        }
    }

    /// <summary>m ← β₁·m + (1 − β₁)·g, s ← β₂·s + (1 − β₂)·g², w ← shrink·w − size·m / (√s / root + ε), with g ← g + λ·w before.</summary>
    public static void Adam(
        Index1D index, ArrayView<float> weights, ArrayView<float> gradients, ArrayView<float> first, ArrayView<float> second, ArrayView<float> failed, AdamConstants constants)
    {
        if (failed[0] == 0)
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
}

/// <summary>The numbers of one update of Adam or AdamW.</summary>
/// <param name="Beta1">β₁.</param>
/// <param name="Rest1">1 − β₁.</param>
/// <param name="Beta2">β₂.</param>
/// <param name="Rest2">1 − β₂.</param>
/// <param name="Epsilon">ε.</param>
/// <param name="Decay">λ of g ← g + λ·w.</param>
/// <param name="Shrink">What w is multiplied by.</param>
/// <param name="Size">η / (1 − β₁ᵗ).</param>
/// <param name="Root">√(1 − β₂ᵗ).</param>
internal readonly record struct AdamConstants(
    float Beta1, float Rest1, float Beta2, float Rest2, float Epsilon, float Decay, float Shrink, float Size, float Root);
