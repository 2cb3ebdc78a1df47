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
        return new NetworkCase("golden", name, PatchMoECompiler.Compile(golden.Spec, cache: null, IlgpuEngine.Libraries), Answers.Of(golden));
    }
}
