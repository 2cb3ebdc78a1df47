using PatchMoE.Reference;
using PatchMoE.Tests;
using PatchMoE.Tests.Parity;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>A module's loss, logits and each named gradient against the known results for a network and a batch.</summary>
internal static class Parity
{
    public static void Check(PatchMoEModule module, GoldenCase golden)
    {
        module.SetWeights(golden.Parameters());
        TorchPass pass = TorchPass.Run(module, golden.Input.Values<float>(), golden.Labels);
        Check(pass, golden.Loss, Doubles(golden.Logits), golden.Gradients.ToDictionary(gradient => gradient.Key, gradient => Doubles(gradient.Value)));
    }

    public static void Check(PatchMoEModule module, RandomBatch batch, ReferenceResult expected)
    {
        module.SetWeights(batch.Parameters);
        TorchPass pass = TorchPass.Run(module, batch.Input, batch.Labels, batch.Lengths);
        IEnumerable<string> names = module.TensorSpecs.Where(tensor => tensor.HasGradient).Select(tensor => tensor.Name).Append("input");
        Check(pass, expected.Loss!.Value, expected.Logits, names.ToDictionary(name => name, name => expected.Gradients[name]));
    }

    private static void Check(TorchPass pass, double loss, double[] logits, IReadOnlyDictionary<string, double[]> gradients)
    {
        Assert.That(Math.Abs(pass.Loss - loss) <= (1e-4 * Math.Abs(loss)) + 1e-7, $"loss {pass.Loss}, expected {loss}");
        Agreement.Check("logits", pass.Logits, logits);
        Assert.That(pass.Gradients.Keys, Is.EquivalentTo(gradients.Keys));
        foreach ((string name, float[] gradient) in pass.Gradients)
        {
            Agreement.Check(name, gradient, gradients[name]);
        }
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
