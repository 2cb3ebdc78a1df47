using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gate of an expert's chosen patches and its gradient. To add a gate: a word in <see cref="Gate"/> and a case in each method.</summary>
internal static class GateEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        writer.Gap();
        writer.Lines(layer.Spec.Gate switch
        {
            Gate.SoftmaxSelected => SoftmaxSelected,
            Gate.SoftmaxAll => SoftmaxAll,
            Gate.Sigmoid => Sigmoid,
            _ => throw new ArgumentOutOfRangeException(nameof(layer), layer.Spec.Gate, "The gate has no kernel."),
        });
    }

    private const string SoftmaxSelected = """
        /// <summary>gates[t] = exp(g_t) / Σ_u exp(g_u) over the patches taken; the best comes first, so it is the maximum to subtract.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void OpenGates(ref float scores, ref int routes, int taken, ref float gates)
        {
            float most = taken > 0 ? Add(ref scores, routes) : 0f;
            float sum = 0f;
            for (int t = 0; t < taken; t++)
            {
                float power = MathF.Exp(Add(ref scores, Add(ref routes, t)) - most);
                Add(ref gates, t) = power;
                sum += power;
            }

            for (int t = 0; t < taken; t++)
            {
                Add(ref gates, t) /= sum;
            }
        }

        /// <summary>
        /// ∂L/∂g_t = G_t · (∂L/∂G_t − Σ_u G_u · ∂L/∂G_u). All ∂L/∂G are taken relative to the best patch's, which changes nothing but keeps
        /// the digits where one gate is nearly 1.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void CloseGates(int taken, ref float gates, ref float gateGradients, ref float scoreGradients)
        {
            float mean = 0f;
            for (int t = 0; t < taken; t++)
            {
                mean += Add(ref gates, t) * (Add(ref gateGradients, t) - gateGradients);
            }

            for (int t = 0; t < taken; t++)
            {
                Add(ref scoreGradients, t) = Add(ref gates, t) * (Add(ref gateGradients, t) - gateGradients - mean);
            }
        }
        """;

    private const string SoftmaxAll = """
        /// <summary>probabilities = softmax of all valid scores; gates[t] = the probability of the patch taken, not renormalised.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void OpenGates(ref float scores, int valid, ref int routes, int taken, ref float probabilities, ref float gates)
        {
            float most = taken > 0 ? Add(ref scores, routes) : 0f;
            float sum = 0f;
            for (int j = 0; j < valid; j++)
            {
                float power = MathF.Exp(Add(ref scores, j) - most);
                Add(ref probabilities, j) = power;
                sum += power;
            }

            for (int j = 0; j < valid; j++)
            {
                Add(ref probabilities, j) /= sum;
            }

            for (int t = 0; t < taken; t++)
            {
                Add(ref gates, t) = Add(ref probabilities, Add(ref routes, t));
            }
        }

        /// <summary>
        /// ∂L/∂g_j = p_j · (∂L/∂G_j − Σ_u p_u · ∂L/∂G_u) for every valid patch j, with ∂L/∂G_j = 0 where j is not taken. All are relative to the
        /// best patch's, which changes nothing but keeps the digits where one probability is nearly 1.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void CloseGates(
            int valid, ref int routes, int taken, ref float probabilities, ref float gateGradients, ref float scoreGradients)
        {
            if (taken == 0)
            {
                return;
            }

            for (int j = 0; j < valid; j++)
            {
                Add(ref scoreGradients, j) = -gateGradients;
            }

            for (int t = 0; t < taken; t++)
            {
                Add(ref scoreGradients, Add(ref routes, t)) = Add(ref gateGradients, t) - gateGradients;
            }

            float mean = 0f;
            for (int j = 0; j < valid; j++)
            {
                mean += Add(ref probabilities, j) * Add(ref scoreGradients, j);
            }

            for (int j = 0; j < valid; j++)
            {
                Add(ref scoreGradients, j) = Add(ref probabilities, j) * (Add(ref scoreGradients, j) - mean);
            }
        }
        """;

    private const string Sigmoid = """
        /// <summary>gates[t] = 1 / (1 + exp(−g_t)).</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void OpenGates(ref float scores, ref int routes, int taken, ref float gates)
        {
            for (int t = 0; t < taken; t++)
            {
                Add(ref gates, t) = 1f / (1f + MathF.Exp(-Add(ref scores, Add(ref routes, t))));
            }
        }

        /// <summary>∂L/∂g_t = ∂L/∂G_t · G_t · (1 − G_t), from the score itself: 1 − G_t would lose the digits of a gate near 1.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void CloseGates(ref float scores, ref int routes, int taken, ref float gateGradients, ref float scoreGradients)
        {
            for (int t = 0; t < taken; t++)
            {
                float power = MathF.Exp(-MathF.Abs(Add(ref scores, Add(ref routes, t))));
                Add(ref scoreGradients, t) = Add(ref gateGradients, t) * power / ((1f + power) * (1f + power));
            }
        }
        """;
}
