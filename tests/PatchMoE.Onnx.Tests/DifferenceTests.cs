using PatchMoE.Reference;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;

namespace PatchMoE.Onnx.Tests;

/// <summary>How far exported networks are from exact logits; the output has the numbers that docs/onnx.md gives.</summary>
public class DifferenceTests
{
    private const int RandomNetworks = 100;
    private const double Tolerance = 1e-4;

    [Test]
    public void OfTheGoldenCases_IsSmall() => Check("golden", GoldenCase.Names.Select(name =>
    {
        var golden = new GoldenCase(name);
        using OnnxSession session = OnnxSession.Of(golden.Spec, golden.Parameters());
        return (name, Relative(session.Run(golden.Input.Values<float>()).Logits, Array.ConvertAll(golden.Logits, value => (double)value)));
    }));

    [Test]
    public void OfTheRandomNetworks_IsSmall() => Check("random", Enumerable.Range(1, RandomNetworks).Select(seed =>
    {
        PatchMoESpec spec = new RandomSpecs(seed).Draw();
        (RandomBatch batch, ReferenceResult expected) = RandomBatch.Draw(spec.Model, seed);
        using OnnxSession session = OnnxSession.Of(spec, batch.Parameters, new OnnxExportOptions { Lengths = batch.Lengths is not null });
        return (spec.Name, Relative(session.Run(batch.Input, batch.Lengths).Logits, expected.Logits));
    }));

    private static void Check(string what, IEnumerable<(string Name, double Difference)> cases)
    {
        (string name, double largest) = cases.MaxBy(one => one.Difference);
        TestContext.Out.WriteLine($"{what}: the largest difference is {largest:g2} of the largest logit, in {name}");
        Assert.That(largest <= Tolerance, $"{name}: {largest}");
    }

    /// <summary>The largest difference, relative to the largest value; infinite if a value is not a number.</summary>
    private static double Relative(float[] values, double[] expected)
    {
        double difference = values.Zip(expected, (value, exact) => Math.Abs(value - exact)).Max();
        double largest = expected.Max(Math.Abs);
        return double.IsNaN(difference) || values.Any(float.IsNaN) ? double.PositiveInfinity : largest == 0 ? difference : difference / largest;
    }
}
