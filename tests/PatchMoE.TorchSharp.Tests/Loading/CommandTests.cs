using System.Diagnostics;
using System.Reflection;
using PatchMoE.Tests;
using PatchMoE.TorchSharp.Loading;

namespace PatchMoE.TorchSharp.Tests.Loading;

/// <summary>The command as installed, without its own libtorch: it finds one on the machine.</summary>
[TestFixture]
public sealed class CommandTests
{
    private static readonly string s_packages = Path.TrimEndingDirectorySeparator(Metadata("PackagesFolder"));
    private static readonly string s_native = Path.Combine("runtimes", NativePlatform.Current, "native");
    private static readonly string s_libtorch = Path.Combine(s_packages, $"libtorch-cpu-{NativePlatform.Current}", TorchVersions.Libtorch, s_native);

    private TemporaryFolder _folder = null!;

    [SetUp]
    public void SetUp() => _folder = new TemporaryFolder();

    [TearDown]
    public void TearDown() => _folder.Dispose();

    [Test]
    public void Run_TakesTheLibtorchOfThePackages()
    {
        var golden = new GoldenRun("overlap-odd", _folder);
        golden.AssertAgrees(Run(s_packages, null, golden.Arguments("--backend", "torch")));
    }

    [Test]
    public void Run_TakesTheLibtorchOfTheVariable()
    {
        var golden = new GoldenRun("sample-moe", _folder);
        golden.AssertAgrees(Run(_folder.Path, s_libtorch, golden.Arguments("--backend", "torch")));
    }

    [Test]
    public void Backends_SaysWhichLibtorchItTook()
    {
        Outcome outcome = Run(s_packages, null, "backends");
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(TorchLines(outcome), Is.EqualTo(new[]
        {
            "torch      yes libtorch through TorchSharp: torch's operations, autograd and optimizers",
            "cpu",
            $"libtorch from the NuGet packages: {s_libtorch}",
            "none from the application: it ships no libtorch",
            "none from PATCHMOE_LIBTORCH: it is not set",
        }));
    }

    [Test]
    public void Backends_SaysWhyThereIsNone()
    {
        string[] lines = TorchLines(Run(_folder.Path, null, "backends"));
        Assert.That(lines[0], Does.StartWith("torch      no  no libtorch was found").And.Contain(_folder.Path).And.Contain("PATCHMOE_LIBTORCH"));
        Assert.That(lines[1..], Has.Length.EqualTo(3).And.All.StartsWith("none from "));
    }

    /// <summary>Of the experiment with bags, what needs no torch is run.</summary>
    [Test]
    public void ReproduceMil_WithoutLibtorch_TrainsThePatchMoEAlone()
    {
        Outcome outcome = Run(
            _folder.Path, null, "reproduce", "mil", "--networks", "mil-10", "--samples", "20", "--epochs", "1", "--seeds", "1", "--out", _folder.File("mil"),
            "--data", Path.Combine(Repository.Root, "data", "mnist"));
        Assert.That(outcome.ExitCode, Is.Zero, outcome.Error);
        Assert.That(outcome.Error, Does.Contain("1 of 1 cells to run").And.Contain("Only the pMoE is trained: the other networks need libtorch").And.Contain("PATCHMOE_LIBTORCH"));
        Assert.That(File.ReadAllText(_folder.File("mil/report.html")), Does.Contain("Only the pMoE is trained"));
    }

    /// <summary>The variable is binding: nothing else is used in its place.</summary>
    [Test]
    public void AVariableThatLeadsNowhere_IsAMistake()
    {
        Outcome outcome = Run(s_packages, _folder.File("none"), new GoldenRun("vectors-tiny", _folder).Arguments("--backend", "torch"));
        AssertMistake(outcome, $"--backend torch: the libtorch from PATCHMOE_LIBTORCH cannot be used: there is no folder {_folder.File("none")}");
    }

    /// <summary>The right libraries, in an installation that states another release.</summary>
    [Test]
    public void ALibtorchOfAnotherRelease_IsAMistake()
    {
        Directory.CreateSymbolicLink(_folder.File("lib"), s_libtorch);
        File.WriteAllText(_folder.File("build-version"), "2.9.1+cpu\n");
        Outcome outcome = Run(s_packages, _folder.Path, new GoldenRun("vectors-tiny", _folder).Arguments("--backend", "torch"));
        AssertMistake(outcome, $"the libtorch in {_folder.File("lib")} is 2.9.1+cpu; TorchSharp {TorchVersions.TorchSharp} needs {TorchVersions.Libtorch}");
    }

    /// <summary>Libraries with the right names and without torch's symbols: the loader's reason is told, and the process goes on.</summary>
    [Test]
    [Platform("Linux")]
    public void LibrariesWithoutTorchsSymbols_AreAMistake()
    {
        foreach (string file in new[] { "libtorch_cpu.so", "libtorch.so", "libc10.so" })
        {
            File.Copy(Path.Combine(s_libtorch, "libtorch_global_deps.so"), _folder.File(file));
        }

        Outcome outcome = Run(s_packages, _folder.Path, new GoldenRun("vectors-tiny", _folder).Arguments("--backend", "torch"));
        AssertMistake(outcome, $"the libtorch in {_folder.Path} cannot be loaded: ");
    }

    private static void AssertMistake(Outcome outcome, string message)
    {
        Assert.That(outcome.ExitCode, Is.EqualTo(1), outcome.Error);
        Assert.That(outcome.ErrorLines, Has.Length.EqualTo(1), outcome.Error);
        Assert.That(outcome.ErrorLines[0], Does.StartWith("error: ").And.Contain(message));
    }

    private static string[] TorchLines(Outcome outcome) =>
        [.. outcome.OutputLines.SkipWhile(line => !line.StartsWith("torch ", StringComparison.Ordinal)).Select(line => line.Trim())];

    private static Outcome Run(string packages, string? libtorch, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Metadata("Command"), .. args]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["NUGET_PACKAGES"] = packages;
        start.Environment["PATCHMOE_LIBTORCH"] = libtorch ?? "";
        return Pmoe.Start(start);
    }

    private static string Metadata(string key) =>
        typeof(CommandTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;
}
