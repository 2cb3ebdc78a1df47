using PatchMoE.Kernels;

namespace PatchMoE.Training.Evaluation;

/// <summary>
/// The gate values of layer 0's routes, from the router's weights: for every engine alike, since a pass returns routes alone. Without a gate each is 1.
/// </summary>
/// <param name="model">A network without a backbone whose layer 0 routes.</param>
internal sealed class GateValues(ModelSpec model)
{
    private readonly LayerSpec _layer = model.Layers[0];
    private readonly LayerShape _shape = model.LayerShapes()[0];
    private readonly ParameterSpec _router = model.Parameters().First(parameter => parameter.Role == ParameterRole.Router);
    private readonly PatchRows _rows = new(model);
    private readonly double[] _scores = new double[model.LayerShapes()[0].Patches];

    /// <summary>The gate values of one instance.</summary>
    /// <param name="parameters">The parameter buffer.</param>
    /// <param name="instance">Its input.</param>
    /// <param name="valid">The number of its valid patches.</param>
    /// <param name="routes">[k, l] patches, −1 for none; for sample routing [1, 1], the expert.</param>
    /// <param name="gates">As long as <paramref name="routes"/>, written; 0 for none.</param>
    public void Of(ReadOnlySpan<float> parameters, ReadOnlySpan<float> instance, int valid, ReadOnlySpan<int> routes, Span<double> gates)
    {
        ReadOnlySpan<float> router = parameters.Slice(_router.Offset, _router.Length);
        if (_layer.Routing == Routing.Sample)
        {
            gates[0] = Probability(router, instance, valid, routes[0]);
            return;
        }

        int taken = _shape.PatchesPerExpert;
        for (int s = 0; s < _shape.Experts; s++)
        {
            OfExpert(router.Slice(s * _shape.Dimension, _shape.Dimension), instance, valid, routes.Slice(s * taken, taken), gates.Slice(s * taken, taken));
        }
    }

    private void OfExpert(ReadOnlySpan<float> row, ReadOnlySpan<float> instance, int valid, ReadOnlySpan<int> routes, Span<double> gates)
    {
        if (_layer.Gate == Gate.None)
        {
            for (int p = 0; p < routes.Length; p++)
            {
                gates[p] = routes[p] < 0 ? 0 : 1;
            }

            return;
        }

        for (int p = 0; p < routes.Length; p++)
        {
            gates[p] = routes[p] < 0 ? double.NegativeInfinity : _rows.Dot(row, instance, routes[p]);
        }

        // The first route has the largest score.
        double largest = gates[0];
        double sum = 0;
        for (int j = 0; j < valid && _layer.Gate == Gate.SoftmaxAll; j++)
        {
            sum += StrictMath.Exp(_rows.Dot(row, instance, j) - largest);
        }

        for (int p = 0; p < routes.Length; p++)
        {
            gates[p] = routes[p] < 0 ? 0
                : _layer.Gate == Gate.Sigmoid ? 1 / (1 + StrictMath.Exp(-gates[p]))
                : StrictMath.Exp(gates[p] - largest);
            sum += _layer.Gate == Gate.SoftmaxSelected ? gates[p] : 0;
        }

        for (int p = 0; p < routes.Length && _layer.Gate != Gate.Sigmoid && sum > 0; p++)
        {
            gates[p] /= sum;
        }
    }

    /// <summary>softmax(h)_s of h_s = ⟨w_s, Σ_j x_j⟩.</summary>
    private double Probability(ReadOnlySpan<float> router, ReadOnlySpan<float> instance, int valid, int expert)
    {
        Span<double> scores = _shape.Experts <= _scores.Length ? _scores.AsSpan(0, _shape.Experts) : new double[_shape.Experts];
        for (int s = 0; s < scores.Length; s++)
        {
            scores[s] = 0;
            for (int j = 0; j < valid; j++)
            {
                scores[s] += _rows.Dot(router.Slice(s * _shape.Dimension, _shape.Dimension), instance, j);
            }
        }

        double sum = 0;
        foreach (double score in scores)
        {
            sum += StrictMath.Exp(score - scores[expert]);
        }

        return 1 / sum;
    }
}
