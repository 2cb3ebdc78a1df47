namespace PatchMoE.Reference;

/// <summary>The weights of the output layer, or their gradients.</summary>
/// <param name="Weight">a [C, m].</param>
/// <param name="Bias">[C]; null if the head has none.</param>
internal sealed record OutputWeights(double[,] Weight, double[]? Bias);

/// <summary>The output layer of one sample: f_c = ⟨a_c, y⟩ + bias_c.</summary>
internal static class Head
{
    /// <summary>The logits f [C] of y [m].</summary>
    public static double[] Forward(OutputWeights weights, double[] y)
    {
        var logits = new double[weights.Weight.GetLength(0)];
        for (int c = 0; c < logits.Length; c++)
        {
            logits[c] = weights.Bias?[c] ?? 0;
            for (int i = 0; i < y.Length; i++)
            {
                logits[c] += weights.Weight[c, i] * y[i];
            }
        }

        return logits;
    }

    /// <summary>∂L/∂a_c += ∂L/∂f_c · y, ∂L/∂bias_c += ∂L/∂f_c, ∂L/∂y = Σ_c ∂L/∂f_c · a_c.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="y">[m].</param>
    /// <param name="logitsGradient">∂L/∂f [C].</param>
    /// <param name="gradients">The weights' gradients, added to.</param>
    /// <returns>∂L/∂y [m].</returns>
    public static double[] Backward(OutputWeights weights, double[] y, double[] logitsGradient, OutputWeights gradients)
    {
        var yGradient = new double[y.Length];
        for (int c = 0; c < logitsGradient.Length; c++)
        {
            for (int i = 0; i < y.Length; i++)
            {
                gradients.Weight[c, i] += logitsGradient[c] * y[i];
                yGradient[i] += logitsGradient[c] * weights.Weight[c, i];
            }

            if (gradients.Bias is not null)
            {
                gradients.Bias[c] += logitsGradient[c];
            }
        }

        return yGradient;
    }
}
