using System.Reflection;
using System.Runtime.InteropServices;

namespace PatchMoE.Reports;

/// <summary>Where a report's numbers come from.</summary>
/// <param name="Command">The command that makes them again.</param>
/// <param name="Machine">The machine they were measured on.</param>
/// <param name="Date">When; null for reports that are to be the same at every run.</param>
internal sealed record ReportOrigin(string Command, ReportMachine Machine, DateTimeOffset? Date = null)
{
    /// <summary>The version of this tool.</summary>
    public string Version { get; init; } = VersionOf(typeof(ReportOrigin).Assembly);

    /// <summary>The version without the revision of its source, which follows a plus sign.</summary>
    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version?.ToString() ?? "";
}

/// <summary>What decides how fast this process is.</summary>
/// <param name="Processor">The processor's name.</param>
/// <param name="Cores">The processors that this process may use.</param>
/// <param name="Vectors">The vectors that emitted code uses, as <c>pmoe backends</c> names them.</param>
/// <param name="Runtime">The version of .NET and the operating system.</param>
internal sealed record ReportMachine(string Processor, int Cores, string Vectors, string Runtime)
{
    private const string LinuxProcessors = "/proc/cpuinfo";

    /// <summary>This machine.</summary>
    /// <param name="vectors">The vectors that emitted code uses.</param>
    public static ReportMachine Current(string vectors) => new(
        ProcessorName(File.Exists(LinuxProcessors) ? File.ReadLines(LinuxProcessors) : [], Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER")),
        Environment.ProcessorCount,
        vectors,
        $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSDescription}");

    /// <summary>For example <c>AMD EPYC 7763 64-Core Processor, 2 cores, 256-bit vectors, 16 registers, .NET 10.0.1, Debian GNU/Linux 13 (trixie)</c>.</summary>
    public override string ToString() => $"{Processor}, {Cores} {(Cores == 1 ? "core" : "cores")}, {Vectors}, {Runtime}";

    /// <summary>The name of the processor as Linux or Windows knows it; elsewhere its architecture.</summary>
    internal static string ProcessorName(IEnumerable<string> linuxProcessors, string? windowsName)
    {
        string? model = linuxProcessors.FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal));
        return model?.Split(':', 2) is [_, var name] ? name.Trim() : windowsName ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
