using PatchMoE.Kernels;

namespace PatchMoE.Training.Evaluation;

/// <summary>
/// How the gate values of layer 0's routes add up, from the router's weights: for every engine alike, since a pass returns routes alone.
/// </summary>
/// <param name="model">A network without a backbone whose layer 0 routes.</param>
internal sealed class GateValues(ModelSpec model)
{
    private readonly LayerSpec _layer = model.Layers[0];
    private readonly LayerShape _shape = model.LayerShapes()[0];
    private readonly ParameterSpec _router = model.Parameters().First(parameter => parameter.Role == ParameterRole.Router);
    private readonly PatchRows _rows = new(model);
    private readonly double[] _scores = new double[Math.Max(model.LayerShapes()[0].Patches, model.LayerShapes()[0].Experts)];

    /// <summary>The sum of each expert's gate values in one instance.</summary>
    /// <param name="parameters">The parameter buffer.</param>
    /// <param name="instance">Its input.</param>
    /// <param name="valid">The number of its valid patches.</param>
    /// <param name="routes">[k, l] patches, −1 for none; for token choice [n, t] experts; for sample routing [1, 1], the expert.</param>
    /// <param name="sums">[k], added to.</param>
    public void AddTo(Span<double> sums, ReadOnlySpan<float> parameters, ReadOnlySpan<float> instance, int valid, ReadOnlySpan<int> routes)
    {
        ReadOnlySpan<float> router = parameters.Slice(_router.Offset, _router.Length);
        if (_layer.Routing == Routing.Sample)
        {
            sums[routes[0]] += Probability(router, instance, valid, routes[0]);
            return;
        }

        if (_layer.Choice is { } choice)
        {
            for (int j = 0; j < valid; j++)
            {
                AddPatch(sums, router, instance, j, routes.Slice(j * choice.ExpertsPerPatch, choice.ExpertsPerPatch));
            }

            return;
        }

        int taken = _shape.PatchesPerExpert;
        for (int s = 0; s < _shape.Experts; s++)
        {
            sums[s] += OfExpert(router.Slice(s * _shape.Dimension, _shape.Dimension), instance, valid, routes.Slice(s * taken, taken));
        }
    }

    /// <summary>The gate values of the experts that took one patch.</summary>
    private void AddPatch(Span<double> sums, ReadOnlySpan<float> router, ReadOnlySpan<float> instance, int patch, ReadOnlySpan<int> experts)
    {
        Span<double> scores = _scores.AsSpan(0, _shape.Experts);
        for (int s = 0; s < scores.Length; s++)
        {
            scores[s] = _rows.Dot(router.Slice(s * _shape.Dimension, _shape.Dimension), instance, patch);
        }

        (double largest, double all) = _layer.Gate is Gate.SoftmaxAll or Gate.SoftmaxSelected ? Normaliser(scores, _layer.Gate == Gate.SoftmaxAll ? scores.Length : experts.Length) : default;
        foreach (int s in experts)
        {
            if (s >= 0)
            {
                sums[s] += _layer.Gate switch
                {
                    Gate.None => 1,
                    Gate.Sigmoid => 1 / (1 + StrictMath.Exp(-scores[s])),
                    _ => StrictMath.Exp(scores[s] - largest) / all,
                };
            }
        }
    }

    /// <summary>The largest score, and Σ exp(score − largest) over so many of the largest: a dropped choice counts, too, although the routes do not name its expert.</summary>
    private static (double Largest, double Sum) Normaliser(ReadOnlySpan<double> scores, int count)
    {
        Span<double> sorted = scores.Length <= 64 ? stackalloc double[scores.Length] : new double[scores.Length];
        scores.CopyTo(sorted);
        sorted.Sort();
        double largest = sorted[^1];
        double sum = 0;
        foreach (double score in sorted[^count..])
        {
            sum += StrictMath.Exp(score - largest);
        }

        return (largest, sum);
    }

    private double OfExpert(ReadOnlySpan<float> row, ReadOnlySpan<float> instance, int valid, ReadOnlySpan<int> routes)
    {
        int none = routes.IndexOf(-1);
        ReadOnlySpan<int> taken = none < 0 ? routes : routes[..none];
        if (taken.IsEmpty || _layer.Gate is Gate.None or Gate.SoftmaxSelected)
        {
            // Without a gate each is 1, and normalised over the chosen patches they add up to 1.
            return _layer.Gate == Gate.None ? taken.Length : Math.Min(taken.Length, 1);
        }

        double sum = 0;
        if (_layer.Gate == Gate.Sigmoid)
        {
            foreach (int patch in taken)
            {
                sum += 1 / (1 + StrictMath.Exp(-_rows.Dot(row, instance, patch)));
            }

            return sum;
        }

        // The first route has the largest score.
        double largest = _rows.Dot(row, instance, taken[0]);
        double all = 0;
        for (int j = 0; j < valid; j++)
        {
            double power = StrictMath.Exp(_rows.Dot(row, instance, j) - largest);
            all += power;
            sum += taken.Contains(j) ? power : 0;
        }

        return sum / all;
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
