using PatchMoE.RandomNumbers;
using PatchMoE.Training.Data;

namespace PatchMoE.Defaults;

/// <summary>Grey pictures of a bright circle (class 0) or square (class 1) at a random place on noise: the discriminative patches move from picture to picture.</summary>
internal static class ShapePictures
{
    private const double Background = 0.2;
    private const double Noise = 0.05;
    private const double Brightness = 0.9;
    private const double Radius = 6;

    /// <summary>Draws pictures.</summary>
    /// <param name="side">Height and width in pixels.</param>
    /// <param name="count">Their number; even indices are circles.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="part">The name of the part, which draws pictures of its own.</param>
    public static Dataset Draw(int side, int count, ulong seed, string part)
    {
        var random = CounterRandom.ForName(seed, $"shapes.{part}.place");
        var noise = CounterRandom.ForName(seed, $"shapes.{part}.noise");
        var pixels = new float[count * side * side];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % 2;
            double centreY = Radius + ((side - (2 * Radius)) * random.Uniform((ulong)(2 * i)));
            double centreX = Radius + ((side - (2 * Radius)) * random.Uniform((ulong)((2 * i) + 1)));
            for (int p = 0; p < side * side; p++)
            {
                (double y, double x) = ((p / side) + 0.5 - centreY, (p % side) + 0.5 - centreX);

                bool inside = labels[i] == 0 ? (y * y) + (x * x) < Radius * Radius : Math.Max(Math.Abs(y), Math.Abs(x)) < Radius;
                int at = (i * side * side) + p;
                pixels[at] = (float)((inside ? Brightness : Background) + (Noise * noise.Normal((ulong)at)));
            }
        }

        return new Dataset(EquatableArray.Of(side, side, 1), pixels, labels);
    }
}
