using PatchMoE.Reference;

namespace PatchMoE.Tests;

public class ReferenceGoldenTests
{
    private static IEnumerable<string> Names => GoldenCase.Names;

    [TestCaseSource(nameof(Names))]
    public void TheReferenceAgreesWithAutograd(string name)
    {
        var golden = new GoldenCase(name);
        var model = new ReferenceModel(golden.Spec.Model);
        double[] input = [.. golden.Input.Values<float>().Select(value => (double)value)];
        ReferenceResult result = model.Run(model.NamedWeights(golden.Parameters()), input, golden.Labels);

        Assert.Multiple(() =>
        {
            AssertClose(result.Logits, golden.Logits, "logits");
            AssertClose([result.Loss!.Value], [(float)golden.Loss], "loss");
            Assert.That(result.Gradients.Keys, Is.EquivalentTo(golden.Gradients.Keys));
            Assert.That(result.Routes, Is.EqualTo(golden.Routes));
        });
        foreach ((string weight, float[] expected) in golden.Gradients)
        {
            AssertClose(result.Gradients[weight], expected, weight);
        }
    }

    [Test]
    public void ThereAreGoldenCases() => Assert.That(Names, Has.Exactly(16).Items);

    /// <summary>Within 1e-4 of the largest absolute value; the direction of the comparison makes NaN fail.</summary>
    private static void AssertClose(double[] actual, float[] expected, string what)
    {
        Assert.That(actual, Has.Length.EqualTo(expected.Length), what);
        double tolerance = 1e-4 * expected.Max(Math.Abs);
        for (int i = 0; i < expected.Length; i++)
        {
            double error = Math.Abs(actual[i] - expected[i]);
            if (!(error <= tolerance))
            {
                Assert.Fail($"{what}[{i}] is {actual[i]}, and autograd gives {expected[i]}.");
            }
        }
    }
}
