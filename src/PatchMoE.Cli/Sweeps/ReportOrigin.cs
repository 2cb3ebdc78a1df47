using System.Globalization;
using System.Runtime.InteropServices;
using PatchMoE.Measurement;

namespace PatchMoE.Cli.Sweeps;

/// <summary>Where a report's numbers come from.</summary>
/// <param name="Command">The command that was called.</param>
/// <param name="File">The sweep file's path.</param>
/// <param name="Text">Its text.</param>
internal sealed record ReportOrigin(string Command, string File, string Text)
{
    /// <summary>The machine that writes the report.</summary>
    public static string Machine => string.Create(
        CultureInfo.InvariantCulture,
        $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} cores, vectors: {VectorClass.Current}, .NET {Environment.Version}");
}
