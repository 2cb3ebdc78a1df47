using System.Globalization;

namespace PatchMoE;

/// <summary>The whole numbers that a field accepts.</summary>
/// <param name="Minimum">The smallest.</param>
/// <param name="Maximum">The largest.</param>
internal sealed record IntRange(int Minimum, int Maximum = int.MaxValue)
{
    /// <summary>1, 2, ….</summary>
    public static readonly IntRange Positive = new(1);

    /// <summary>0, 1, ….</summary>
    public static readonly IntRange NotNegative = new(0);

    /// <summary>The ten classes of MNIST and Fashion-MNIST.</summary>
    public static readonly IntRange Digit = new(0, 9);

    /// <summary>Whether a whole number is in the range.</summary>
    public bool Contains(double value) => value >= Minimum && value <= Maximum;

    /// <summary>The range in words; its upper end only if it matters.</summary>
    public string Describe(double value)
    {
        string minimum = Minimum.ToString(CultureInfo.InvariantCulture);
        string maximum = Maximum.ToString(CultureInfo.InvariantCulture);
        return Maximum == int.MaxValue && value < Minimum ? $"{minimum} or more" : $"{minimum} to {maximum}";
    }
}

/// <summary>The numbers that a field accepts.</summary>
/// <param name="Text">The range in words.</param>
/// <param name="Example">A number in it.</param>
/// <param name="IsInside">The test, for finite values.</param>
internal sealed record NumberRange(string Text, string Example, Func<double, bool> IsInside)
{
    /// <summary>Above 0.</summary>
    public static readonly NumberRange Positive = new("a finite value above 0", "0.1", value => value > 0);

    /// <summary>0 or more.</summary>
    public static readonly NumberRange NotNegative = new("a finite value of 0 or more", "0.1", value => value >= 0);

    /// <summary>0 or more, and below 1.</summary>
    public static readonly NumberRange BelowOne = new("0 or more and less than 1", "0.9", value => value is >= 0 and < 1);

    /// <summary>Above 0, and at most 1.</summary>
    public static readonly NumberRange Fraction = new("a value above 0 and at most 1", "0.1", value => value is > 0 and <= 1);

    /// <summary>Whether a value is in the range and representable in float32.</summary>
    public bool Contains(double value) => Math.Abs(value) <= float.MaxValue && IsInside(value);
}
