using System.Runtime.Intrinsics;
using PatchMoE.Kernels;
using PatchMoE.Tests.Kernels;

namespace PatchMoE.Tests.Parity;

/// <summary>The bits of a network's tiles for 512-bit vectors beside those of its tiles for 256.</summary>
internal static class TileWidths
{
    /// <summary>Compares the code for 16 lanes, on vectors of two halves, with that for 8. Where all rows are shorter than 16 values there is only one.</summary>
    public static void Check(PatchMoESpec spec, int seed, int samples)
    {
        IPatchMoEModel model = Compiled.Of(spec);
        Type? passes = ((ICompiledModel)model).Network.GetType() is { IsGenericType: true } type ? type.GetGenericTypeDefinition() : null;
        if (passes is null)
        {
            return;
        }

        RandomBatch batch = RandomBatch.DrawWithTies(spec.Model, seed, samples);
        Assert.That(
            Results(passes.MakeGenericType(typeof(TwoHalves), typeof(Vector512<float>))), Is.EqualTo(Results(passes.MakeGenericType(typeof(Simd256), typeof(Vector256<float>)))));

        float[] Results(Type width)
        {
            var network = (CompiledNetwork)Activator.CreateInstance(width)!;
            batch.Parameters.CopyTo(network.Parameters);
            using Workspace workspace = network.CreateWorkspace();
            var logits = new float[samples * model.Outputs];
            var gradients = new float[model.Parameters.Length];
            var inputGradient = new float[batch.Input.Length];
            network.LossAndGradients(batch.Input, batch.Labels, logits, gradients, workspace, inputGradient, batch.Lengths);
            return [.. logits, .. gradients, .. inputGradient];
        }
    }
}
