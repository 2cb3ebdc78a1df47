using PatchMoE.Compiler;
using PatchMoE.Ilgpu;
using PatchMoE.Ilgpu.Tests.Parity;
using PatchMoE.Tests;

namespace PatchMoE.GpuBench.Parity;

/// <summary>The cases computed by PyTorch.</summary>
internal static class GoldenNetworks
{
    /// <summary>Reads and compiles a case.</summary>
    public static NetworkCase Read(string name)
    {
        var golden = new GoldenCase(name);
        var answers = new Answers(
            golden.Parameters(),
            golden.Input.Values<float>(),
            golden.Labels,
            Lengths: null,
            golden.Loss,
            Doubles(golden.Logits),
            golden.Gradients.ToDictionary(pair => pair.Key, pair => Doubles(pair.Value)),
            golden.Routes);
        return new NetworkCase("golden", name, PatchMoECompiler.Compile(golden.Spec, cache: null, IlgpuEngine.Libraries), answers);
    }

    private static double[] Doubles(float[] values) => Array.ConvertAll(values, value => (double)value);
}
