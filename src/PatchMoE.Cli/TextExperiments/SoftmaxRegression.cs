namespace PatchMoE.Cli.TextExperiments;

/// <summary>A linear classifier, trained to the minimum of the mean cross entropy + λ/2·‖W‖² by L-BFGS (Nocedal and Wright, Numerical Optimization, algorithm 7.5).</summary>
internal sealed class SoftmaxRegression
{
    private const int History = 10;
    private const int MostSteps = 200;
    private const int MostHalvings = 40;
    private const double Tolerance = 1e-6;
    private const double SufficientDecrease = 1e-4;

    private readonly int _features;
    private readonly int _classes;

    /// <summary>[C, features + 1], the bias last.</summary>
    private readonly double[] _weights;

    private SoftmaxRegression(int features, int classes, double[] weights) => (_features, _classes, _weights) = (features, classes, weights);

    /// <summary>Trains it; the same numbers on every machine up to rounding.</summary>
    /// <param name="rows">The features.</param>
    /// <param name="labels">[N], 0…C−1.</param>
    /// <param name="classes">C.</param>
    /// <param name="regularization">λ &gt; 0; the biases are not regularised.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SoftmaxRegression Fit(SparseRows rows, IReadOnlyList<int> labels, int classes, double regularization, CancellationToken cancellation)
    {
        var loss = new Objective(rows, labels, classes, regularization);
        var weights = new double[classes * (rows.Length + 1)];
        var gradient = new double[weights.Length];
        double value = loss.Evaluate(weights, gradient);
        var pairs = new List<(double[] Step, double[] Change, double Curvature)>();
        for (int step = 0; step < MostSteps && Math.Sqrt(Dot(gradient, gradient)) > Tolerance; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            double[] direction = Direction(gradient, pairs);
            double slope = Dot(gradient, direction);
            if (Search(loss, weights, direction, value, slope) is not { } next)
            {
                break;
            }

            double[] moved = Difference(next.Weights, weights);
            double[] change = Difference(next.Gradient, gradient);
            double curvature = Dot(moved, change);
            if (curvature > 0)
            {
                pairs.Add((moved, change, curvature));
                pairs.RemoveRange(0, Math.Max(0, pairs.Count - History));
            }

            (weights, gradient, value) = (next.Weights, next.Gradient, next.Value);
        }

        return new SoftmaxRegression(rows.Length, classes, weights);
    }

    /// <summary>The share of the rows whose class has the largest score.</summary>
    public double Accuracy(SparseRows rows, IReadOnlyList<int> labels)
    {
        var scores = new double[_classes];
        int right = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            Scores(_weights, _features, rows, i, scores);
            right += Array.IndexOf(scores, scores.Max()) == labels[i] ? 1 : 0;
        }

        return (double)right / rows.Count;
    }

    /// <summary>The score of a class: of the largest, the row's class is predicted.</summary>
    public double Score(SparseRows rows, int row, int index)
    {
        var scores = new double[_classes];
        Scores(_weights, _features, rows, row, scores);
        return scores[index];
    }

    /// <summary>The first point along a direction that decreases the loss enough, from the full step down; null if there is none.</summary>
    private static (double[] Weights, double[] Gradient, double Value)? Search(Objective loss, double[] weights, double[] direction, double value, double slope)
    {
        var gradient = new double[weights.Length];
        double length = 1;
        for (int i = 0; i < MostHalvings; i++, length /= 2)
        {
            double[] next = [.. weights.Select((weight, j) => weight + (length * direction[j]))];
            double reached = loss.Evaluate(next, gradient);
            if (reached <= value + (SufficientDecrease * length * slope))
            {
                return (next, gradient, reached);
            }
        }

        return null;
    }

    private static double[] Direction(double[] gradient, List<(double[] Step, double[] Change, double Curvature)> pairs)
    {
        double[] direction = [.. gradient.Select(value => -value)];
        var alphas = new double[pairs.Count];
        for (int i = pairs.Count - 1; i >= 0; i--)
        {
            alphas[i] = Dot(pairs[i].Step, direction) / pairs[i].Curvature;
            Add(direction, -alphas[i], pairs[i].Change);
        }

        if (pairs.Count > 0)
        {
            double scale = pairs[^1].Curvature / Dot(pairs[^1].Change, pairs[^1].Change);
            direction = [.. direction.Select(value => value * scale)];
        }

        for (int i = 0; i < pairs.Count; i++)
        {
            Add(direction, alphas[i] - (Dot(pairs[i].Change, direction) / pairs[i].Curvature), pairs[i].Step);
        }

        return direction;
    }

    private static void Scores(double[] weights, int features, SparseRows rows, int row, double[] scores)
    {
        (int[] places, double[] values) = (rows.Places[row], rows.Values[row]);
        for (int c = 0; c < scores.Length; c++)
        {
            int first = c * (features + 1);
            double score = weights[first + features];
            for (int i = 0; i < places.Length; i++)
            {
                score += weights[first + places[i]] * values[i];
            }

            scores[c] = score;
        }
    }

    private static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }

    private static void Add(double[] target, double factor, double[] values)
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] += factor * values[i];
        }
    }

    private static double[] Difference(double[] a, double[] b) => [.. a.Select((value, i) => value - b[i])];

    /// <summary>The loss and its gradient.</summary>
    private sealed class Objective(SparseRows rows, IReadOnlyList<int> labels, int classes, double regularization)
    {
        private readonly double[] _scores = new double[classes];

        public double Evaluate(double[] weights, double[] gradient)
        {
            int features = rows.Length;
            gradient.AsSpan().Clear();
            double loss = 0;
            for (int i = 0; i < rows.Count; i++)
            {
                Scores(weights, features, rows, i, _scores);
                double most = _scores.Max();
                double sum = _scores.Sum(score => Math.Exp(score - most));
                loss += most + Math.Log(sum) - _scores[labels[i]];
                for (int c = 0; c < classes; c++)
                {
                    double slope = ((Math.Exp(_scores[c] - most) / sum) - (labels[i] == c ? 1 : 0)) / rows.Count;
                    AddRow(gradient, c * (features + 1), slope, i);
                }
            }

            double norm = 0;
            for (int j = 0; j < weights.Length; j++)
            {
                if (j % (features + 1) != features)
                {
                    norm += weights[j] * weights[j];
                    gradient[j] += regularization * weights[j];
                }
            }

            return (loss / rows.Count) + (regularization / 2 * norm);
        }

        private void AddRow(double[] gradient, int first, double slope, int row)
        {
            (int[] places, double[] values) = (rows.Places[row], rows.Values[row]);
            for (int i = 0; i < places.Length; i++)
            {
                gradient[first + places[i]] += slope * values[i];
            }

            gradient[first + rows.Length] += slope;
        }
    }
}
