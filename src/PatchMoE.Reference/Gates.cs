namespace PatchMoE.Reference;

/// <summary>
/// The gate values of what was chosen, from the scores g of all that could have been: an expert's chosen patches among the valid ones, or, with token choice, a
/// patch's chosen experts among all k. The comments speak of patches.
/// </summary>
internal static class Gates
{
    /// <summary>
    /// none: 1 · softmaxSelected: softmax of g over the chosen patches · softmaxAll: softmax over all valid patches, read at the chosen ones ·
    /// sigmoid: 1 / (1 + exp(−g_j)).
    /// </summary>
    /// <param name="gate">The kind of gate.</param>
    /// <param name="scores">g [valid].</param>
    /// <param name="chosen">The chosen patches J [taken].</param>
    /// <returns>G [taken], in the order of J.</returns>
    public static double[] Forward(Gate gate, double[] scores, int[] chosen) => gate switch
    {
        Gate.None => [.. chosen.Select(_ => 1.0)],
        Gate.SoftmaxSelected => Softmax.Forward(At(scores, chosen)),
        Gate.SoftmaxAll => At(Softmax.Forward(scores), chosen),
        Gate.Sigmoid => [.. At(scores, chosen).Select(Sigmoid)],
        _ => throw new ArgumentException($"Unknown gate {gate}.", nameof(gate)),
    };

    /// <summary>
    /// ∂L/∂g from ∂L/∂G. none: 0 · softmaxSelected: over the chosen patches · softmaxAll: over all valid patches, ∂L/∂G = 0 at those not chosen ·
    /// sigmoid: ∂L/∂G_j · G_j · (1 − G_j).
    /// </summary>
    /// <param name="gate">The kind of gate.</param>
    /// <param name="scores">g [valid].</param>
    /// <param name="chosen">The chosen patches J [taken].</param>
    /// <param name="gradient">∂L/∂G [taken].</param>
    /// <returns>∂L/∂g [valid].</returns>
    public static double[] Backward(Gate gate, double[] scores, int[] chosen, double[] gradient)
    {
        switch (gate)
        {
            case Gate.None:
                return new double[scores.Length];
            case Gate.SoftmaxSelected:
                double[] selected = Softmax.Backward(Forward(gate, scores, chosen), gradient);
                return Spread(selected, chosen, scores.Length);
            case Gate.SoftmaxAll:
                return Softmax.Backward(Softmax.Forward(scores), Spread(gradient, chosen, scores.Length));
            case Gate.Sigmoid:
                double[] gates = Forward(gate, scores, chosen);
                double[] sigmoid = [.. gates.Select((g, p) => gradient[p] * g * (1 - g))];
                return Spread(sigmoid, chosen, scores.Length);
            default:
                throw new ArgumentException($"Unknown gate {gate}.", nameof(gate));
        }
    }

    private static double Sigmoid(double g) => g >= 0 ? 1 / (1 + Math.Exp(-g)) : Math.Exp(g) / (1 + Math.Exp(g));

    /// <summary>values[J_p] for each p.</summary>
    private static double[] At(double[] values, int[] chosen) => [.. chosen.Select(j => values[j])];

    /// <summary>The inverse of <see cref="At"/>: [length] with values[p] at J_p and 0 elsewhere.</summary>
    private static double[] Spread(double[] values, int[] chosen, int length)
    {
        var result = new double[length];
        for (int p = 0; p < chosen.Length; p++)
        {
            result[chosen[p]] = values[p];
        }

        return result;
    }
}
