using PatchMoE.Gen.Emission.Text;
using PatchMoE.Gen.Planning;

namespace PatchMoE.Gen.Emission;

/// <summary>Prints the gate of an expert's chosen patches and its gradient. To add a gate: a word in <see cref="Gate"/> and a case in each method.</summary>
internal static class GateEmitter
{
    public static void Write(SourceWriter writer, LayerPlan layer)
    {
        Gate gate = layer.Spec.Gate;
        (string summary, string body) forward = gate switch
        {
            Gate.SoftmaxSelected => SoftmaxSelected,
            Gate.SoftmaxAll => SoftmaxAll,
            Gate.Sigmoid => Sigmoid,
            _ => throw new ArgumentOutOfRangeException(nameof(layer), gate, "The gate has no kernel."),
        };
        (string summary, string body) backward = gate switch
        {
            Gate.SoftmaxSelected => SoftmaxSelectedBackward,
            Gate.SoftmaxAll => SoftmaxAllBackward,
            _ => SigmoidBackward,
        };
        writer.Gap();
        writer.Kernel(LayerMethods.GateForward(layer), forward.summary, () => writer.Lines(forward.body));
        writer.Kernel(LayerMethods.GateBackward(layer), backward.summary, () => writer.Lines(backward.body));
    }

    private static (string, string) SoftmaxSelected =>
    (
        "gates[t] = exp(g_t) / Σ_u exp(g_u) over the patches taken; the best comes first, so it is the maximum to subtract.",
        """
        float max = taken > 0 ? Add(ref scores, routes) : 0f;
        float sum = 0f;
        for (int t = 0; t < taken; t++)
        {
            float exponential = StrictMath.Exp(Add(ref scores, Add(ref routes, t)) - max);
            Add(ref gates, t) = exponential;
            sum += exponential;
        }

        for (int t = 0; t < taken; t++)
        {
            Add(ref gates, t) /= sum;
        }
        """);

    private static (string, string) SoftmaxSelectedBackward =>
    (
        "∂L/∂g_t = G_t · (∂L/∂G_t − Σ_u G_u · ∂L/∂G_u). All ∂L/∂G are taken relative to the best patch's, which changes nothing but keeps the digits where one gate is nearly 1.",
        """
        float mean = 0f;
        for (int t = 0; t < taken; t++)
        {
            mean += Add(ref gates, t) * (Add(ref gateGradients, t) - gateGradients);
        }

        for (int t = 0; t < taken; t++)
        {
            Add(ref scoreGradients, t) = Add(ref gates, t) * (Add(ref gateGradients, t) - gateGradients - mean);
        }
        """);

    private static (string, string) SoftmaxAll =>
    (
        "probabilities = softmax of all valid scores; gates[t] = the probability of the patch taken, not renormalised.",
        """
        float max = taken > 0 ? Add(ref scores, routes) : 0f;
        float sum = 0f;
        for (int j = 0; j < valid; j++)
        {
            float exponential = StrictMath.Exp(Add(ref scores, j) - max);
            Add(ref probabilities, j) = exponential;
            sum += exponential;
        }

        for (int j = 0; j < valid; j++)
        {
            Add(ref probabilities, j) /= sum;
        }

        for (int t = 0; t < taken; t++)
        {
            Add(ref gates, t) = Add(ref probabilities, Add(ref routes, t));
        }
        """);

    private static (string, string) SoftmaxAllBackward =>
    (
        "∂L/∂g_j = p_j · (∂L/∂G_j − Σ_u p_u · ∂L/∂G_u) for every valid patch j, with ∂L/∂G_j = 0 where j is not taken. All are relative to the best patch's, which changes nothing but keeps the digits where one probability is nearly 1.",
        """
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
        """);

    private static (string, string) Sigmoid =>
    (
        "gates[t] = 1 / (1 + exp(−g_t)).",
        """
        for (int t = 0; t < taken; t++)
        {
            Add(ref gates, t) = 1f / (1f + StrictMath.Exp(-Add(ref scores, Add(ref routes, t))));
        }
        """);

    private static (string, string) SigmoidBackward =>
    (
        "∂L/∂g_t = ∂L/∂G_t · G_t · (1 − G_t), from the score itself: 1 − G_t would lose the digits of a gate near 1.",
        """
        for (int t = 0; t < taken; t++)
        {
            float exponential = StrictMath.Exp(-MathF.Abs(Add(ref scores, Add(ref routes, t))));
            Add(ref scoreGradients, t) = Add(ref gateGradients, t) * exponential / ((1f + exponential) * (1f + exponential));
        }
        """);
}
