using System.Globalization;

namespace PatchMoE.Cli.Reproductions;

/// <summary>
/// How many training samples are needed for a target: the N from which on every measured value reaches it, interpolated linearly in log N between the last value
/// below and the first of these.
/// </summary>
/// <param name="Value">The N; null if it lies outside the measured ones.</param>
/// <param name="Text">The N, <c>&lt; 10</c> or <c>&gt; 640</c>; a dash if nothing was measured.</param>
internal sealed record NeededSamples(double? Value, string Text)
{
    /// <summary>Finds it.</summary>
    /// <param name="measured">Values for ascending N.</param>
    /// <param name="target">The least value that is enough.</param>
    public static NeededSamples Of(IReadOnlyList<(int Samples, double Value)> measured, double target)
    {
        if (measured.Count == 0)
        {
            return new NeededSamples(null, "–");
        }

        int first = measured.Count;
        while (first > 0 && measured[first - 1].Value >= target)
        {
            first--;
        }

        if (first == 0)
        {
            return new NeededSamples(null, string.Create(CultureInfo.InvariantCulture, $"< {measured[0].Samples}"));
        }

        if (first == measured.Count)
        {
            return new NeededSamples(null, string.Create(CultureInfo.InvariantCulture, $"> {measured[^1].Samples}"));
        }

        (int low, double below) = measured[first - 1];
        (int high, double above) = measured[first];
        double share = (target - below) / (above - below);
        double value = low * Math.Pow((double)high / low, share);
        return new NeededSamples(value, value.ToString("0", CultureInfo.InvariantCulture));
    }
}
