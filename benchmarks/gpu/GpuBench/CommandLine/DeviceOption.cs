using System.CommandLine;

namespace PatchMoE.GpuBench.CommandLine;

/// <summary>Options that commands share.</summary>
internal static class DeviceOption
{
    public static Option<string?> Create() => new("--device") { Description = "A name of 'pmoe backends'. [default: the first GPU that works]" };
}
