using System.Runtime.Intrinsics;
using PatchMoE.Cli.Inputs;
using PatchMoE.Compiler;
using PatchMoE.Ilgpu;
using PatchMoE.TorchSharp;

namespace PatchMoE.Cli.Backends;

/// <summary>What an engine is made for.</summary>
/// <param name="Spec">A valid spec.</param>
/// <param name="Threads">Threads that share a pass, where the backend has any.</param>
/// <param name="Device">Which device, as the user names it; null to choose.</param>
internal sealed record EngineRequest(PatchMoESpec Spec, int Threads, string? Device = null);

/// <summary>A backend that <c>--backend</c> can name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it is.</param>
/// <param name="Create">Makes an engine.</param>
/// <param name="Devices">The devices that <c>--device</c> can name, one line each; empty for a backend that has no choice.</param>
internal sealed record BackendEntry(string Name, string About, Func<EngineRequest, INetworkEngine> Create, Func<IReadOnlyList<string>>? Devices = null)
{
    /// <summary>Looks at this machine for what keeps the backend from being used, and says it in one line; null where nothing does.</summary>
    public Func<string?> Problem { get; init; } = () => null;

    /// <summary>What <c>pmoe backends</c> says besides, a line each.</summary>
    public Func<IReadOnlyList<string>> Details { get; init; } = () => [];

    /// <summary>Whether it computes networks with a backbone.</summary>
    public bool ComputesBackbones { get; init; }

    /// <summary>Requires that the backend computes a network.</summary>
    /// <exception cref="BadInputException">It does not.</exception>
    public void RequireFor(PatchMoESpec spec)
    {
        if (spec.Model.Backbone is not null && !ComputesBackbones)
        {
            throw new BadInputException($"model.backbone: the backend {Name} computes pMoE layers alone, and {spec.Name} has a backbone. Use --backend torch.");
        }
    }

    /// <summary>Makes an engine, and tells which device it took where there is a choice.</summary>
    /// <param name="request">What it is made for.</param>
    /// <param name="told">Where to tell.</param>
    public INetworkEngine Start(EngineRequest request, TextWriter told)
    {
        INetworkEngine engine = Create(request);
        if (Devices is not null)
        {
            told.WriteLine($"device: {engine.Device}");
        }

        return engine;
    }
}

/// <summary>All backends, in the order in which to prefer them.</summary>
internal static class BackendCatalog
{
    public const string Cpu = "cpu";

    public static IReadOnlyList<BackendEntry> All { get; } =
    [
        new(Cpu, $"emitted C#: {Vectors()}, {Environment.ProcessorCount} cores", request => new CpuEngine(CompiledModel.Load(request.Spec), request.Threads)),
        new("reference", "plain loops in double precision on one thread: slow, what the others are checked against", request => new ReferenceEngine(request.Spec)),
        // ILGPU and libtorch are loaded when one of their lambdas is called, not before: other commands start without them.
        new(
            "ilgpu",
            "emitted kernels on GPUs by CUDA or OpenCL, or on ILGPU's CPU accelerator, which checks them and is slow",
            request => new IlgpuEngine(PatchMoECompiler.Compile(request.Spec, AssemblyCache.ForUser(), IlgpuEngine.Libraries), request.Device),
            () => [.. IlgpuDevices.List().Select(device => device.ToString())]),
        new("torch", "libtorch by TorchSharp: torch's operations, autograd and optimizers", request => new TorchEngine(request.Spec, request.Device, request.Threads), () => TorchDevices.Names)
        {
            Problem = () => TorchRuntime.Failure,
            Details = () => TorchRuntime.Places,
            ComputesBackbones = true,
        },
    ];

    /// <summary>The names that <c>--backend</c> takes.</summary>
    public static string[] Names => [.. All.Select(backend => backend.Name)];

    /// <summary>Requires that a backend can be used here.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <param name="device">What <c>--device</c> names; null for none.</param>
    /// <exception cref="BadInputException">It cannot be used here, or has no devices to choose from.</exception>
    public static BackendEntry Require(string name, string? device)
    {
        BackendEntry backend = All.Single(entry => entry.Name == name);
        if (backend.Problem() is { } problem)
        {
            throw new BadInputException($"--backend {backend.Name}: {problem}.");
        }

        return device is null || backend.Devices is not null ? backend : throw new BadInputException(
            $"--device {device}: the backend {name} has no devices to choose from. Leave --device out, or choose another --backend.");
    }

    private static string Vectors() => (Vector512.IsHardwareAccelerated, Vector256.IsHardwareAccelerated, Vector128.IsHardwareAccelerated) switch
    {
        (true, _, _) => "512-bit vectors",
        (_, true, _) => "256-bit vectors",
        (_, _, true) => "128-bit vectors",
        _ => "no vectors",
    };
}
