using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime.Cuda;
using PatchMoE.Ilgpu.Kernels;

namespace PatchMoE.Ilgpu.Tests.Engine;

/// <summary>The text that the runtime's own kernels become for NVIDIA GPUs, with no device at hand.</summary>
public class TrainingKernelTests
{
    private static IEnumerable<string> Kernels => typeof(TrainingKernels).GetMethods(BindingFlags.Public | BindingFlags.Static).Select(method => method.Name);

    [Test]
    public void Ptx_HasNoAtomicsAndNoLocalMemory([ValueSource(nameof(Kernels))] string kernel)
    {
        using Context context = Context.Create(builder => builder.EnableAlgorithms().Optimize(OptimizationLevel.O2));
        using var backend = new PTXBackend(context, new CudaCapabilityContext(CudaArchitecture.SM_80), CudaArchitecture.SM_80, CudaInstructionSet.ISA_80, nvvmAPI: null);
        EntryPointDescription entry = EntryPointDescription.FromImplicitlyGroupedKernel(typeof(TrainingKernels).GetMethod(kernel)!);
        string text = ((PTXCompiledKernel)backend.Compile(entry, default)).PTXAssembly;
        Assert.Multiple(() =>
        {
            Assert.That(text, Does.Contain(".entry"));
            Assert.That(text, Does.Contain("st.global"));
            Assert.That(text, Does.Not.Contain(".local").And.Not.Contain("atom."));
        });
    }
}
