namespace PatchMoE.Reference;

/// <summary>What a layer's forward pass stores for the backward pass, for one sample or group.</summary>
/// <param name="X">The patches [n, d].</param>
/// <param name="Assignment">Which expert sees which patches.</param>
/// <param name="PreActivations">PreActivations[s][p, r] = ⟨v_{s,r}, x_j⟩ + b_{s,r} with j = Chosen[s][p].</param>
/// <param name="Output">y [1, m], or the map z [n, m]; experts in order.</param>
internal sealed record LayerPass(double[,] X, Assignment Assignment, double[][,] PreActivations, double[,] Output);

/// <summary>
/// One pMoE layer on one sample or group: y_{s,r} = (1/Z) Σ_{j∈J_s} G_{j,s} · ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}). An expert without patches gives 0. A map has
/// z_{j,(s,r)} = G_{j,s} · ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}) where expert s took patch j, and 0 elsewhere.
/// </summary>
internal sealed class ExpertLayer(LayerSpec layer, LayerShape shape)
{
    private readonly IRouter _router = layer.Routing switch
    {
        Routing.ExpertChoice => new ExpertChoiceRouter(layer, shape.Patches),
        Routing.Dense => new DenseRouter(layer),
        Routing.Sample => new SampleRouter(layer),
        Routing.TokenChoice => new TokenChoiceRouter(layer, shape.Patches),
        _ => throw new ArgumentException($"Unknown routing {layer.Routing}.", nameof(layer)),
    };

    /// <summary>Computes y, or the map z.</summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="x">Patches [n, d].</param>
    /// <param name="valid">The number of valid patches, 0…n.</param>
    public LayerPass Forward(LayerWeights weights, double[,] x, int valid)
    {
        Assignment assignment = _router.Route(weights.Router, x, valid);
        var preActivations = new double[shape.Experts][,];
        var output = new double[layer.Map ? shape.Patches : 1, shape.Outputs];
        for (int s = 0; s < shape.Experts; s++)
        {
            int[] chosen = assignment.Chosen[s];
            preActivations[s] = new double[chosen.Length, shape.Neurons];
            for (int p = 0; p < chosen.Length; p++)
            {
                for (int r = 0; r < shape.Neurons; r++)
                {
                    double u = PreActivation(weights, s, r, x, chosen[p]);
                    preActivations[s][p, r] = u;
                    output[Row(chosen[p]), (s * shape.Neurons) + r] += assignment.Gates[s][p] * Math.Max(u, 0) / Divisor(assignment, s);
                }
            }
        }

        return new LayerPass(x, assignment, preActivations, output);
    }

    /// <summary>
    /// With δ = ∂L/∂y_{s,r} / Z, or ∂L/∂z_{j,(s,r)}, and u the pre-activation:
    /// ∂L/∂G_{j,s} += δ · ReLU(u); where u &gt; 0 (ReLU'(0) = 0): ∂L/∂v_{s,r} += δ·G·x_j, ∂L/∂b_{s,r} += δ·G, ∂L/∂x_j += δ·G·v_{s,r}.
    /// </summary>
    /// <param name="weights">The layer's weights.</param>
    /// <param name="pass">The result of <see cref="Forward"/>.</param>
    /// <param name="outputGradient">∂L/∂y [1, m] or ∂L/∂z [n, m].</param>
    /// <param name="scoreGradient">The gradient of the auxiliary losses with respect to the scores, [k][valid]; null for none.</param>
    /// <param name="gradients">The weights' gradients, added to.</param>
    /// <returns>∂L/∂x [n, d]; 0 for patches without influence.</returns>
    public double[,] Backward(LayerWeights weights, LayerPass pass, double[,] outputGradient, double[][]? scoreGradient, LayerWeights gradients)
    {
        Assignment assignment = pass.Assignment;
        var xGradient = new double[shape.Patches, shape.Dimension];
        var gateGradient = new double[shape.Experts][];
        for (int s = 0; s < shape.Experts; s++)
        {
            int[] chosen = assignment.Chosen[s];
            gateGradient[s] = new double[chosen.Length];
            for (int p = 0; p < chosen.Length; p++)
            {
                for (int r = 0; r < shape.Neurons; r++)
                {
                    double u = pass.PreActivations[s][p, r];
                    double delta = outputGradient[Row(chosen[p]), (s * shape.Neurons) + r] / Divisor(assignment, s);
                    gateGradient[s][p] += delta * Math.Max(u, 0);
                    if (u > 0)
                    {
                        AddNeuron(weights, s, r, pass.X, chosen[p], delta * assignment.Gates[s][p], gradients, xGradient);
                    }
                }
            }
        }

        _router.Backward(weights.Router, pass.X, assignment, gateGradient, gradients.Router, xGradient);
        if (scoreGradient is not null)
        {
            RouterScores.Backward(weights.Router!, pass.X, scoreGradient, gradients.Router!, xGradient);
        }

        return xGradient;
    }

    /// <summary>The row of the output that patch j adds to.</summary>
    private int Row(int j) => layer.Map ? j : 0;

    /// <summary>Z; a map is not divided.</summary>
    private double Divisor(Assignment assignment, int s) => layer.Map ? 1 : assignment.Divisor[s];

    /// <summary>u = ⟨v_{s,r}, x_j⟩ + b_{s,r}.</summary>
    private static double PreActivation(LayerWeights weights, int s, int r, double[,] x, int j)
    {
        double u = weights.Bias?[s, r] ?? 0;
        for (int i = 0; i < x.GetLength(1); i++)
        {
            u += weights.Neurons[s, r, i] * x[j, i];
        }

        return u;
    }

    /// <summary>Adds the gradients of u, given ∂L/∂u.</summary>
    private static void AddNeuron(
        LayerWeights weights, int s, int r, double[,] x, int j, double uGradient, LayerWeights gradients, double[,] xGradient)
    {
        for (int i = 0; i < x.GetLength(1); i++)
        {
            gradients.Neurons[s, r, i] += uGradient * x[j, i];
            xGradient[j, i] += uGradient * weights.Neurons[s, r, i];
        }

        if (gradients.Bias is not null)
        {
            gradients.Bias[s, r] += uGradient;
        }
    }
}
