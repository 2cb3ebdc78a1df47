namespace PatchMoE.Tests;

/// <summary>Checks gradients against (L(x + h) − L(x − h)) / 2h, value by value.</summary>
internal static class FiniteDifferences
{
    private const double Step = 1e-5;

    /// <summary>
    /// The names whose gradients are wrong; null if the loss is not smooth around the point, since a step changes a route or crosses a kink of ReLU.
    /// </summary>
    public static IReadOnlyList<string>? Wrong(ReferencePoint point, IReadOnlyDictionary<string, double[]> gradients)
    {
        var wrong = new List<string>();
        string pattern = point.Evaluate().Pattern;
        foreach ((string name, double[] gradient) in gradients)
        {
            double[] values = name == "input" ? point.Input : point.Weights[name];
            if (Differences(point, values, pattern) is not { } differences)
            {
                return null;
            }

            double tolerance = (1e-6 * differences.Max(Math.Abs)) + 1e-9;
            if (gradient.Length != values.Length || gradient.Zip(differences).Any(pair => !(Math.Abs(pair.First - pair.Second) <= tolerance)))
            {
                wrong.Add(name);
            }
        }

        return wrong;
    }

    /// <summary>Draws points until one has no tie and no kink nearby.</summary>
    public static (ReferencePoint Point, IReadOnlyList<string> Wrong) AtASmoothPoint(
        ModelSpec model, bool ragged, Func<ReferencePoint, IReadOnlyDictionary<string, double[]>> gradients)
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            var point = new ReferencePoint(model, samples: ragged ? 3 : 2, seed, ragged);
            if (Wrong(point, gradients(point)) is { } wrong)
            {
                return (point, wrong);
            }
        }

        throw new InvalidOperationException("20 random points in a row have a tie or a kink beside them.");
    }

    private static double[]? Differences(ReferencePoint point, double[] values, string pattern)
    {
        var differences = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            double value = values[i];
            values[i] = value + Step;
            (double above, string patternAbove) = point.Evaluate();
            values[i] = value - Step;
            (double below, string patternBelow) = point.Evaluate();
            values[i] = value;
            if (patternAbove != pattern || patternBelow != pattern)
            {
                return null;
            }

            differences[i] = (above - below) / (2 * Step);
        }

        return differences;
    }
}
