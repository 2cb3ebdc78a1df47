using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using PatchMoE.Cli.Inputs;
using PatchMoE.Compiler;
using PatchMoE.Ilgpu;
using PatchMoE.Measurement;
using PatchMoE.TorchSharp;
using PatchMoE.Training.Engines;

namespace PatchMoE.Cli.Backends;

/// <summary>What an engine is created for.</summary>
/// <param name="Spec">A valid spec.</param>
/// <param name="Threads">The number of threads that share a pass, if the backend uses any.</param>
/// <param name="Device">The device's name as the user gave it; null to choose.</param>
internal sealed record EngineRequest(PatchMoESpec Spec, int Threads, string? Device = null);

/// <summary>A backend that <c>--backend</c> can name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">A description.</param>
/// <param name="Create">Creates an engine.</param>
/// <param name="Devices">The devices that <c>--device</c> can name, one line each; empty for a backend that offers no choice.</param>
internal sealed record BackendEntry(string Name, string About, Func<EngineRequest, ITrainingEngine> Create, Func<IReadOnlyList<string>>? Devices = null)
{
    /// <summary>Says in one line why the backend cannot be used on this machine; null if it can.</summary>
    public Func<string?> Problem { get; init; } = () => null;

    /// <summary>Additional lines for <c>pmoe backends</c>.</summary>
    public Func<IReadOnlyList<string>> Details { get; init; } = () => [];

    /// <summary>Begins whatever an engine will need that takes long and does not depend on the data; called once it is known that the backend supports the network.</summary>
    public Action<PatchMoESpec> Begin { get; init; } = _ => { };

    /// <summary>Whether it supports networks with a backbone.</summary>
    public bool ComputesBackbones { get; init; }

    /// <summary>Requires that the backend supports a network.</summary>
    /// <exception cref="BadInputException">It does not.</exception>
    public void RequireFor(PatchMoESpec spec)
    {
        if (spec.Model.Backbone is not null && !ComputesBackbones)
        {
            throw new BadInputException($"model.backbone: the backend {Name} supports only pMoE layers, but {spec.Name} has a backbone. Use --backend torch.");
        }
    }

    /// <summary>Creates an engine, and reports which device it uses if there is a choice.</summary>
    /// <param name="request">What it is created for.</param>
    /// <param name="log">Where to report it.</param>
    public ITrainingEngine Start(EngineRequest request, TextWriter log)
    {
        ITrainingEngine engine = Create(request);
        if (Devices is not null)
        {
            log.WriteLine($"device: {engine.Device}");
        }

        return engine;
    }
}

/// <summary>All backends, in order of preference.</summary>
internal static class BackendCatalog
{
    public const string Cpu = "cpu";
    public const string Torch = "torch";

    public static IReadOnlyList<BackendEntry> All { get; } =
    [
        new(
            Cpu,
            $"emitted C#: {VectorClass.Current}{MultiplyAdds()}, {Environment.ProcessorCount} cores",
            request => new CpuEngine(CompiledModel.Load(request.Spec), request.Threads))
        {
            Begin = CompiledModel.Begin,
        },
        new("reference", "plain loops in double precision on one thread: slow; the others are checked against it", request => new ReferenceEngine(request.Spec)),
        // ILGPU and libtorch are loaded only when one of their lambdas is called: other commands start without them.
        new(
            "ilgpu",
            "emitted kernels on GPUs through CUDA or OpenCL, or on ILGPU's CPU accelerator (slow; for checking)",
            request => new IlgpuEngine(PatchMoECompiler.Compile(request.Spec, AssemblyCache.ForUser(), IlgpuEngine.Libraries), request.Device),
            () => [.. IlgpuDevices.List().Select(device => device.ToString())]),
        new(Torch, "libtorch through TorchSharp: torch's operations, autograd and optimizers", request => new TorchEngine(request.Spec, request.Device, request.Threads), () => TorchDevices.Names)
        {
            Problem = () => TorchRuntime.Failure,
            Details = () => TorchRuntime.Places,
            ComputesBackbones = true,
        },
    ];

    /// <summary>The names that <c>--backend</c> accepts.</summary>
    public static string[] Names => [.. All.Select(backend => backend.Name)];

    /// <summary>Requires that a backend can be used on this machine.</summary>
    /// <param name="name">A name of <see cref="All"/>.</param>
    /// <param name="device">The value of <c>--device</c>; null for none.</param>
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

    /// <summary>Sums are fused on every machine, so that all give the same bits; one without instructions for it pays in time.</summary>
    private static string MultiplyAdds() => Fma.IsSupported || AdvSimd.IsSupported ? string.Empty : ", multiply-adds in software (slow: no FMA instructions)";
}
