using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace PatchMoE.Cli.Publishing;

/// <summary>Runs the .NET SDK's native compiler.</summary>
internal static partial class NativeBuild
{
    private const int SdkVersion = 10;
    private const int ShownLines = 8;
    private static readonly string[] s_linkers = ["clang", "gcc"];

    /// <summary>Fails early, with what to install, if this machine cannot compile to native code.</summary>
    /// <exception cref="BadInputException">There is no SDK, or no linker.</exception>
    public static void Require()
    {
        string sdks = Sdks();
        bool hasSdk = sdks.Split('\n').Any(line => int.TryParse(line.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out int major) && major >= SdkVersion);
        if (!hasSdk)
        {
            throw new BadInputException($"pmoe publish compiles with the .NET {SdkVersion} SDK, but 'dotnet --list-sdks' {(sdks.Length == 0 ? "lists none" : $"lists only {sdks.ReplaceLineEndings(", ")}")}. Install it from https://dotnet.microsoft.com/download.");
        }

        if (!OperatingSystem.IsWindows() && !s_linkers.Any(IsOnPath))
        {
            throw new BadInputException($"pmoe publish links with {string.Join(" or ", s_linkers)}, but neither is on the path. Install one: 'apt-get install clang' on Debian and Ubuntu, 'xcode-select --install' on macOS.");
        }
    }

    /// <summary>Compiles a project.</summary>
    /// <param name="project">The project file, alone with its sources in a folder.</param>
    /// <param name="output">The folder for the result.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="BadInputException">It failed; the message has the compiler's.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static void Run(string project, string output, CancellationToken cancellation)
    {
        // The project is alone: whatever build properties lie above the folder for temporary files are others'.
        string[] arguments =
        [
            "publish", project, "-c", "Release", "-o", output, "-nologo", "-nodeReuse:false", "-p:UseSharedCompilation=false",
            "-p:ImportDirectoryBuildProps=false", "-p:ImportDirectoryBuildTargets=false", "-p:ImportDirectoryPackagesProps=false",
        ];
        (int status, string text) = Start(arguments, Path.GetDirectoryName(project)!, cancellation);
        if (status == 0)
        {
            return;
        }

        string[] errors = [.. ErrorLine().Matches(text).Select(match => match.Groups["error"].Value.Trim()).Distinct()];
        string said = string.Join("\n  ", errors.Length > 0 ? errors.Take(ShownLines) : text.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(ShownLines));
        string advice = errors.Any(error => error.StartsWith("NU", StringComparison.Ordinal))
            ? "The native compiler is a NuGet package: see that 'dotnet nuget list source' names a source that has it and can be reached."
            : errors.Any(error => error.Contains("linker", StringComparison.OrdinalIgnoreCase) || error.Contains("vswhere", StringComparison.Ordinal))
                ? "Install the C++ compiler of this system: clang or gcc, on Windows Visual Studio's 'Desktop development with C++'."
                : "Report it, with the spec, if the reason is not on this machine.";
        throw new BadInputException($"the network cannot be compiled to native code:\n  {said}\n{advice}");
    }

    private static string Sdks()
    {
        try
        {
            return Start(["--list-sdks"], Directory.GetCurrentDirectory(), CancellationToken.None).Output.Trim();
        }
        catch (Win32Exception failure)
        {
            throw new BadInputException($"pmoe publish compiles with the .NET {SdkVersion} SDK, but there is no command 'dotnet' that can be started. Install it from https://dotnet.microsoft.com/download.", failure);
        }
    }

    private static bool IsOnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));

    private static (int Status, string Output) Start(IReadOnlyList<string> arguments, string folder, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };

        // A pmoe that MSBuild or a test started hands its settings on; the messages that are looked for are English.
        foreach (string variable in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        using Process process = Process.Start(start)!;
        using CancellationTokenRegistration stop = cancellation.Register(() => process.Kill(entireProcessTree: true));
        Task<string> errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        cancellation.ThrowIfCancellationRequested();
        return (process.ExitCode, output + errors.Result);
    }

    [GeneratedRegex(@"error (?<error>[A-Z]+[0-9]*\s*:.*?)(\[[^\]]*\])?\r?$", RegexOptions.Multiline)]
    private static partial Regex ErrorLine();
}
