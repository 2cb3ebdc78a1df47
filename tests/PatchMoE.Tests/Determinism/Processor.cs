using System.Diagnostics;

namespace PatchMoE.Tests.Determinism;

/// <summary>A processor as a process of <c>pmoe</c> sees it: this machine's, or one with fewer instructions.</summary>
/// <param name="Name">Its name.</param>
/// <param name="SwitchedOff">The runtime's variable that takes instructions away; null for none.</param>
/// <param name="MostBits">The width of the widest vectors on x64 that are left; 0 for none.</param>
/// <param name="HasFusedMultiplyAdd">Whether FMA instructions are left.</param>
internal sealed record Processor(string Name, string? SwitchedOff, int MostBits, bool HasFusedMultiplyAdd)
{
    /// <summary>.NET 10 counts FMA among AVX2's instructions: one switch is for both.</summary>
    public static IReadOnlyList<Processor> All { get; } =
    [
        new("this machine", null, 512, true),
        new("without AVX-512", "DOTNET_EnableAVX512", 256, true),
        new("without AVX2 and FMA", "DOTNET_EnableAVX2", 128, false),
        new("without vectors", "DOTNET_EnableHWIntrinsic", 0, false),
    ];

    /// <summary>Runs <c>pmoe</c> on it.</summary>
    public Outcome Run(params string[] args) => Run(Pmoe.StartInfo(args));

    /// <summary>Runs a process on it.</summary>
    public Outcome Run(ProcessStartInfo start)
    {
        if (SwitchedOff is not null)
        {
            start.Environment[SwitchedOff] = "0";
        }

        return Pmoe.Start(start);
    }

    public override string ToString() => Name;
}
