using PatchMoE.Gen.Planning;
using PatchMoE.Gen.Planning.Ilgpu;

namespace PatchMoE.Gen.Emission.Ilgpu;

/// <summary>Prints gates and their gradients; a thread has an expert of an instance. To add a gate: a case in each method.</summary>
internal static class GateText
{
    /// <summary>The gate's formula, behind a comma.</summary>
    public static string Formula(LayerPlan layer) => layer.Spec.Gate switch
    {
        Gate.SoftmaxSelected => "; G = softmax of g over the chosen",
        Gate.SoftmaxAll => "; G = softmax of g over all valid patches",
        Gate.Sigmoid => "; G = 1 / (1 + exp(−g))",
        _ => string.Empty,
    };

    /// <summary>From <c>scores</c> and <c>routes</c> to <c>gates</c>, 0 where no patch is taken.</summary>
    public static void WriteOpen(SourceWriter writer, IlgpuLayerPlan plan, int units, int threads)
    {
        LayerPlan layer = plan.Layer;
        (int k, int n, int l) = (layer.Experts, layer.Patches, layer.Taken);
        using (writer.Block($"for (int i = thread; i < {units}; i += {threads})"))
        {
            writer.Lines($"int unit = {Index.Plus(Index.Times("first", k), "i")};");
            using (writer.Block($"if (unit < {Index.Times("instances", k)})"))
            {
                writer.Lines($"int valid = {RowText.Valid(layer, Index.Over("unit", k))};\nint taken = Math.Min(valid, {l});\nlong chosen = (long)unit * {l};\nlong rows = (long)unit * {n};");
                writer.Lines(layer.Spec.Gate switch
                {
                    Gate.SoftmaxSelected => SoftmaxSelected,
                    Gate.SoftmaxAll => SoftmaxAll,
                    _ => Sigmoid,
                });
                writer.Gap();
                using (writer.Block($"for (int p = taken; p < {l}; p++)"))
                {
                    writer.Lines("gates[chosen + p] = 0f;");
                }
            }
        }
    }

    /// <summary>
    /// From <c>gateGradients</c> to ∂L/∂g of the unit. As on the CPU, gradients are taken relative to the best patch's, which changes nothing but keeps the
    /// digits where one gate is nearly 1.
    /// </summary>
    public static string Close(IlgpuLayerPlan plan) => plan.Layer.Spec.Gate switch
    {
        Gate.SoftmaxSelected => $$"""
            float best = gateGradients[chosen];
            float mean = 0f;
            for (int p = 0; p < taken; p++)
            {
                mean += gates[chosen + p] * (gateGradients[chosen + p] - best);
            }

            for (int p = 0; p < {{plan.Layer.Taken}}; p++)
            {
                activations[((chosen + p) * {{plan.DeltaStep}}) + {{plan.Layer.Neurons}}] = gates[chosen + p] * (gateGradients[chosen + p] - best - mean);
            }
            """,
        Gate.SoftmaxAll => $$"""
            float best = taken > 0 ? gateGradients[chosen] : 0f;
            for (int j = 0; j < {{plan.Layer.Patches}}; j++)
            {
                scoreGradients[rows + j] = j < valid ? -best : 0f;
            }

            for (int p = 0; p < taken; p++)
            {
                scoreGradients[rows + routes[chosen + p]] = gateGradients[chosen + p] - best;
            }

            float mean = 0f;
            for (int j = 0; j < valid; j++)
            {
                mean += probabilities[rows + j] * scoreGradients[rows + j];
            }

            for (int j = 0; j < valid; j++)
            {
                scoreGradients[rows + j] = probabilities[rows + j] * (scoreGradients[rows + j] - mean);
            }
            """,
        _ => $$"""
            for (int p = 0; p < {{plan.Layer.Taken}}; p++)
            {
                // From the score itself: 1 − G would lose the digits of a gate near 1.
                float power = p < taken ? XMath.Exp(-XMath.Abs(scores[rows + routes[chosen + p]])) : 0f;
                activations[((chosen + p) * {{plan.DeltaStep}}) + {{plan.Layer.Neurons}}] = gateGradients[chosen + p] * power / ((1f + power) * (1f + power));
            }
            """,
    };

    private const string SoftmaxSelected = """
        float most = taken > 0 ? scores[rows + routes[chosen]] : 0f;
        float sum = 0f;
        for (int p = 0; p < taken; p++)
        {
            float power = XMath.Exp(scores[rows + routes[chosen + p]] - most);
            gates[chosen + p] = power;
            sum += power;
        }

        for (int p = 0; p < taken; p++)
        {
            gates[chosen + p] /= sum;
        }
        """;

    private const string SoftmaxAll = """
        float most = taken > 0 ? scores[rows + routes[chosen]] : 0f;
        float sum = 0f;
        for (int j = 0; j < valid; j++)
        {
            float power = XMath.Exp(scores[rows + j] - most);
            probabilities[rows + j] = power;
            sum += power;
        }

        for (int j = 0; j < valid; j++)
        {
            probabilities[rows + j] /= sum;
        }

        for (int p = 0; p < taken; p++)
        {
            gates[chosen + p] = probabilities[rows + routes[chosen + p]];
        }
        """;

    private const string Sigmoid = """
        for (int p = 0; p < taken; p++)
        {
            gates[chosen + p] = 1f / (1f + XMath.Exp(-scores[rows + routes[chosen + p]]));
        }
        """;
}
