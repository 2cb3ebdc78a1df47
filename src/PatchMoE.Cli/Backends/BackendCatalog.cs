using System.Runtime.Intrinsics;

namespace PatchMoE.Cli.Backends;

/// <summary>A backend that <c>--backend</c> can name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="About">What it is, or why it cannot be used here and what can.</param>
/// <param name="Create">Makes it for a number of threads; null where it cannot be used.</param>
internal sealed record BackendEntry(string Name, string About, Func<int, IPassBackend>? Create);

/// <summary>All backends, in the order in which to prefer them.</summary>
internal static class BackendCatalog
{
    public static IReadOnlyList<BackendEntry> All { get; } =
    [
        new("cpu", $"emitted C#: {Vectors()}, {Environment.ProcessorCount} cores", threads => new CpuBackend(threads)),
        new("reference", "plain loops in double precision on one thread: slow, what the others are checked against", _ => new ReferenceBackend()),
        new("ilgpu", "not part of this build, which has no GPU code; use cpu", null),
        new("torch", "not part of this build, which has no TorchSharp; use cpu", null),
    ];

    /// <summary>Makes the backend of a name of <see cref="All"/>.</summary>
    /// <exception cref="BadInputException">It cannot be used here.</exception>
    public static IPassBackend Create(string name, int threads)
    {
        BackendEntry backend = All.Single(entry => entry.Name == name);
        return backend.Create?.Invoke(threads) ?? throw Unusable(backend);
    }

    /// <summary>Requires the backend that trains.</summary>
    /// <exception cref="BadInputException">It is another.</exception>
    public static void RequireTrainer(string name)
    {
        if (name != "cpu")
        {
            BackendEntry backend = All.Single(entry => entry.Name == name);
            throw backend.Create is null ? Unusable(backend) : new BadInputException($"--backend {name}: it does not train. Use --backend cpu.");
        }
    }

    private static BadInputException Unusable(BackendEntry backend) => new($"--backend {backend.Name}: {backend.About}.");

    private static string Vectors() => (Vector512.IsHardwareAccelerated, Vector256.IsHardwareAccelerated, Vector128.IsHardwareAccelerated) switch
    {
        (true, _, _) => "512-bit vectors",
        (_, true, _) => "256-bit vectors",
        (_, _, true) => "128-bit vectors",
        _ => "no vectors",
    };
}
