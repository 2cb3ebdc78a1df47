#if TORCHSHARP
using PatchMoE.TorchSharp;
#endif

namespace PatchMoE.Cli.Backends;

/// <content>The backend on libtorch, where this build has TorchSharp.</content>
internal static partial class BackendCatalog
{
#if TORCHSHARP
    // libtorch is loaded when one of these is called, not before: other commands start without it.
    private static BackendEntry Torch() => new(
        "torch",
        "libtorch by TorchSharp: torch's operations, autograd and optimizers",
        request => new TorchEngine(request.Spec, request.Device, request.Threads),
        () => TorchDevices.Names)
    {
        Problem = () => TorchRuntime.Failure,
        ComputesBackbones = true,
    };
#else
    private static BackendEntry Torch() => LeftOut("torch", "the package TorchSharp");
#endif
}
