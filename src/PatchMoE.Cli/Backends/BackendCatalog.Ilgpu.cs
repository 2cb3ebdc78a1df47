#if ILGPU
using PatchMoE.Compiler;
using PatchMoE.Ilgpu;
#endif

namespace PatchMoE.Cli.Backends;

/// <content>The backend on GPUs, where this build has ILGPU.</content>
internal static partial class BackendCatalog
{
#if ILGPU
    // ILGPU is loaded when one of the two is called, not before.
    private static BackendEntry Ilgpu() => new(
        "ilgpu",
        "emitted kernels on GPUs by CUDA or OpenCL, or on ILGPU's CPU accelerator, which checks them and is slow",
        request => new IlgpuEngine(PatchMoECompiler.Compile(request.Spec, AssemblyCache.ForUser(), IlgpuEngine.Libraries), request.Device),
        () => [.. IlgpuDevices.List().Select(device => device.ToString())]);
#else
    private static BackendEntry Ilgpu() => LeftOut("ilgpu", "the package ILGPU");
#endif
}
