using System.Diagnostics;
using System.Text.Json.Nodes;
using PatchMoE.Tests;

namespace PatchMoE.Ilgpu.Tests.Bench;

/// <summary>A run of <c>benchmarks/gpu/run.py</c> on the programs beside the tests.</summary>
/// <param name="Code">Its exit code.</param>
/// <param name="Results">results.json.</param>
/// <param name="Report">results.md.</param>
internal sealed record GpuRun(int Code, JsonObject Results, string Report)
{
    /// <summary>The outcome of a part: done, failed, not run, or stopped; and why.</summary>
    public (string State, string? Why) Outcome(string part) => ((string)Results["parts"]![part]!["state"]!, (string?)Results["parts"]![part]!["why"]);

    /// <summary>Makes a dry run. Python is started without the packages that are installed (<c>-S</c>), so that there is no PyTorch on any machine, and PoCL with what the product tells it.</summary>
    public static GpuRun Dry(params string[] arguments)
    {
        using var folder = new TemporaryFolder();
        string script = Path.Combine(Repository.Root, "benchmarks", "gpu", "run.py");
        string[] given =
        [
            "-S", script, "--dry-run", "--minutes", "20", "--out", folder.Path, "--bin", TestContext.CurrentContext.TestDirectory,
            "--specs", Path.Combine(Repository.Root, "specs"), .. arguments.Contains("--golden") ? Array.Empty<string>() : ["--golden", Repository.Golden], .. arguments,
        ];
        var start = new ProcessStartInfo("python3", given) { RedirectStandardError = true, RedirectStandardOutput = true };
        _ = start.Environment.Remove(NativeLibraries.PoclVariable);
        using Process process = OneProcessor.Run(() => Process.Start(start)!);
        Task<string> errors = process.StandardError.ReadToEndAsync();
        TestContext.Out.WriteLine(process.StandardOutput.ReadToEnd());
        process.WaitForExit();
        TestContext.Out.WriteLine(errors.Result);
        string report = File.ReadAllText(folder.File("results.md"));
        TestContext.Out.WriteLine(report);
        return new GpuRun(process.ExitCode, JsonNode.Parse(File.ReadAllText(folder.File("results.json")))!.AsObject(), report);
    }
}
