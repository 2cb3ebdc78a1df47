using System.CommandLine;
using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using PatchMoE.Cli;
using PatchMoE.Cli.Help;
using PatchMoE.Cli.Outputs;

namespace PatchMoE.Tests.Docs;

/// <summary>The rules, of which exactly one takes each documented command.</summary>
internal static partial class CommandRules
{
    private const string Gpu = "There is no GPU where tests run; PatchMoE.Ilgpu.Tests run the backend on processors.";
    private const string Torch = "The command finds no libtorch in this project; PatchMoE.TorchSharp.Tests run the backend.";
    private const string Hours = "It measures this machine, for minutes to hours.";
    private const string Installs = "It installs a package of the system.";

    /// <summary>All rules.</summary>
    public static IReadOnlyList<CommandRule> All { get; } =
    [
        // Calls of pmoe.
        new Mention(line => IsPmoe(line) && line.IsMention && !IsWholeMention(line)),
        new Walked(line => IsPmoe(line) && IsWhole(line) && !IsExcepted(line) && !IsInstalled(line)),
        new OnUserMachine(line => IsPmoe(line) && IsWhole(line) && IsInstalled(line)),
        new NotHere(Backend("ilgpu"), Gpu, IsTaken),
        new NotHere(Backend("torch"), Torch, IsTaken),
        new RunBy(line => !IsInstalled(line) && line.Text.StartsWith("pmoe publish specs", StringComparison.Ordinal), "tests/PatchMoE.Packages.Tests/PublishTests.cs", "\"publish\"", "\"--weights\"", "\"--out\"", "\"--console\""),
        new NotHere(Reproduces("cifar"), "It needs CIFAR-10, and hours; PatchMoE.TorchSharp.Tests train its kind of networks.", IsTaken),
        new RunBy(Reproduces("mil"), "tests/PatchMoE.TorchSharp.Tests/Bags/ReproduceMilTests.cs", "\"reproduce\", \"mil\""),
        new RunBy(Reproduces("text"), "tests/PatchMoE.Tests/Reproductions/TextReproductionTests.cs", "[TestCase(\"text\"", "\"reproduce\"", "\"--data\""),
        new RunBy(Reproduces("hierarchy"), "tests/PatchMoE.Tests/Reproductions/TextReproductionTests.cs", "[TestCase(\"hierarchy\"", "\"reproduce\"", "\"--data\""),
        new RunBy(Reproduces("cost"), "tests/PatchMoE.Tests/Reproductions/CostReproductionTests.cs", "\"reproduce\", \"cost\""),
        new RunBy(Reproduces("prune"), "tests/PatchMoE.Tests/Reproductions/PruneReproductionTests.cs", "\"reproduce\", \"prune\""),
        new RunBy(Reproduces("phase-l", "phase-joint", "phase-m", "spurious", "noise"), "tests/PatchMoE.Tests/Reproductions/ReproductionRunTests.cs", "TestCaseData(\"phase-l\"", "TestCaseData(\"phase-joint\"", "TestCaseData(\"phase-m\"", "TestCaseData(\"spurious\"", "TestCaseData(\"noise\"", "\"reproduce\""),
        new NotHere(line => line.Text is "pmoe sweep specs/sweeps/cifar-stack.json --data FOLDER" or "pmoe sweep benchmarks/text/mails.sweep.json", "It needs a data set that is not in the repository.", SweepIsThere),

        // Processes of MPI.
        new Mention(line => line.IsMention && line.Program is "mpirun" or "srun" && !line.Text.Contains("specs/", StringComparison.Ordinal)),
        new RunBy(line => line.Text.StartsWith("mpirun -n 4 pmoe train specs/", StringComparison.Ordinal), "tests/PatchMoE.Tests/Mpi/MpiTrainingTests.cs", "processes <= 4", "MpiJob.Run(processes, \"train\""),
        new NotHere(line => line.Text.StartsWith("srun --mpi=pmix -N2 -n2 pmoe train specs/", StringComparison.Ordinal), "It needs a Slurm with PMIx on two nodes; tests/cluster.sh makes one and runs it.", _ => Holds("tests/cluster.sh", "srun --mpi=pmix -N2 -n2 \"${pmoe[@]}\" train")),

        // Build, tests, packages.
        new Mention(line => line.IsMention && line.Text is "dotnet build" or "dotnet run" or "dotnet new" or "dotnet publish" or "dotnet publish -r" or "dotnet run --project src/PatchMoE.Cli -c Release -- COMMAND" or "dotnet run --project src/PatchMoE.Cli -c Release --"),
        new RunBy(line => line.Text is "dotnet test PatchMoE.Gen.sln -c Release" or "dotnet build PatchMoE.Gen.sln -c Release", ".ci/run", "dotnet test PatchMoE.Gen.sln -c Release"),
        new RunBy(line => line.Text == "dotnet restore PatchMoE.Gen.sln -p:LockedPackages=true", ".ci/run", "dotnet restore PatchMoE.Gen.sln -p:LockedPackages=true"),
        new NotHere(line => line.Text.Contains("dotnet test tests/", StringComparison.Ordinal), "It is a part of these tests, for a developer or for hours.", FilterTakesATest),
        new NotHere(line => line.Text == "dotnet restore PatchMoE.Gen.sln -p:UpdateLocks=true", "It rewrites files of the repository.", _ => Holds("Directory.Build.props", "$(UpdateLocks)")),
        new RunBy(line => line.Text.StartsWith("dotnet pack PatchMoE.Gen.sln -c Release -o packages", StringComparison.Ordinal), "tests/PatchMoE.Packages.Tests/UserMachine.cs", "\"pack\", \"PatchMoE.Gen.sln\"", "\"-c\", Configuration, \"-o\""),
        new NotHere(line => line.Text is "dotnet tool restore" || line.Program == "dotnet" && line.Text.StartsWith("dotnet CycloneDX ", StringComparison.Ordinal), "It downloads a tool that nothing else needs.", line => Holds(".config/dotnet-tools.json", "dotnet-CycloneDX") ?? ProjectsAreThere(line)),
        new NotHere(line => line.Text.StartsWith("dotnet list PatchMoE.Gen.sln package --vulnerable", StringComparison.Ordinal), "It asks the public package source for reports, and so does each restore.", _ => null),
        new NotHere(line => line.Text.StartsWith("dotnet format analyzers ", StringComparison.Ordinal), "It rewrites files of the repository.", _ => null),
        new NotHere(line => line.Text.StartsWith("dotnet new classlib -o fetch && dotnet add fetch package libtorch", StringComparison.Ordinal), "It downloads half a gigabyte.", IsLibtorchOfTheBuild),
        new OnUserMachine(line => !IsPmoe(line) && IsInstalled(line)),
        new RunBy(line => line.IsMention && line.Text.StartsWith("dotnet new pmoe-", StringComparison.Ordinal), "templates/README.md", "\ndotnet new pmoe-console -o ", "\ndotnet new pmoe-service -o "),
        new RunBy(line => line.Text.StartsWith("dotnet publish src/PatchMoE.Cli -p:PublishSingleFile=true -o ", StringComparison.Ordinal), "tests/PatchMoE.Packages.Tests/SingleFileTests.cs", "\"publish\", \"src/PatchMoE.Cli\"", "\"-p:PublishSingleFile=true\""),
        new RunBy(line => line.Text == "dotnet publish samples/Aot -c Release -o aot", "tests/PatchMoE.Packages.Tests/AotTests.cs", "\"samples\", \"Aot\"", "\"publish\", sample, \"-c\", \"Release\", \"-o\""),
        new RunBy(line => line.Text == "./aot/Aot weights.safetensors images.npy logits.npy", "tests/PatchMoE.Packages.Tests/AotTests.cs", "native/Aot", "\"weights.safetensors\", \"images.npy\""),
        new RunBy(line => line.File == "docs/publish.md" && line.Program is "cc" or "./mnist_joint", "tests/PatchMoE.Packages.Tests/PublishTests.cs", "\"cc\"", "-Wl,-rpath,", "_network.PreparedPath"),
        new RunBy(line => line.File == "docs/library.md" && line.Program is "dotnet" or "curl" && !IsInstalled(line), "tests/PatchMoE.Service.Tests/ServiceTests.cs", "WebApplicationFactory<Program>", "image/png", "/classify"),

        // Measurements.
        new NotHere(line => line.Text.Contains("--project benchmarks/", StringComparison.Ordinal) || line.Text.Contains("--project ../benchmarks/", StringComparison.Ordinal), Hours, ProjectsAreThere),
        new NotHere(line => line.Program == "python3", Hours, ProjectsAreThere),
        new NotHere(line => ScriptOf(line) is not null, Hours + " Or it needs a cluster, an emulator or a fuzzer.", ScriptIsWellFormed),

        // The system.
        new NotHere(line => line.Program is "apt" or "apt-get", Installs, _ => null),
        new NotHere(line => line.Program is "export", Torch, _ => null),
        new NotHere(line => line.Text == "tar xf patchmoe-gpu.tar.xz", Gpu, _ => Holds("benchmarks/gpu/publish.sh", "patchmoe-gpu.tar.xz")),
        new Mention(line => line.IsMention && line.Text == "slurm/job.sh"),
    ];

    /// <summary>The arguments of a call of <c>pmoe</c>, also from source; null if it is none.</summary>
    public static string[]? Arguments(ShellLine line) => CommandLines.Arguments(line.Text);

    private static bool IsPmoe(ShellLine line) => Arguments(line) is { Length: > 0 } words && words[0] != "COMMAND";

    private static bool IsWhole(ShellLine line) => line.IsMention ? IsWholeMention(line) : !line.Text.Contains('…', StringComparison.Ordinal);

    /// <summary>A mention is a whole command if something follows the command's name and no value is left open.</summary>
    private static bool IsWholeMention(ShellLine line) =>
        Arguments(line) is { } words && !words.Any(word => Placeholder().IsMatch(word) || word.Contains('…', StringComparison.Ordinal))
        && (words is [_, var second, ..] ? second[0] != '-' : words is ["--help"] or ["backends"]);

    private static bool IsInstalled(ShellLine line) => InstalledCommands.Has(line);

    private static bool IsExcepted(ShellLine line) =>
        All.Any(rule => rule is RunBy or NotHere && rule.Takes(line));

    private static Func<ShellLine, bool> Backend(string name) => line => IsPmoe(line) && !(line.IsMention && !IsWholeMention(line)) && line.Text.Contains($"--backend {name}", StringComparison.Ordinal);

    private static Func<ShellLine, bool> Reproduces(params string[] names) => line => Arguments(line) is ["reproduce", var name, ..] && names.Contains(name);

    /// <summary>The options are those of the command.</summary>
    private static string? IsTaken(ShellLine line)
    {
        ParseResult parsed = new CommandLine(new CommandContext(TextWriter.Null, TextWriter.Null, CancellationToken.None)).Parse([.. Arguments(line)!.Where(word => word != "…")]);
        return UsageMistakes.Of(parsed).FirstOrDefault(mistake => !line.Text.Contains('…', StringComparison.Ordinal) || !mistake.Contains("equired", StringComparison.Ordinal));
    }

    private static string? Holds(string file, string text) =>
        File.ReadAllText(Path.Combine(Repository.Root, file)).Contains(text, StringComparison.Ordinal) ? null : $"{file} lacks '{text}'.";

    /// <summary>The projects and files that it names are there, projects also in the solution, so that they are built.</summary>
    private static string? ProjectsAreThere(ShellLine line)
    {
        string solution = File.ReadAllText(Path.Combine(Repository.Root, "PatchMoE.Gen.sln")).Replace('\\', '/');
        foreach (Match match in RepositoryPath().Matches(line.Text))
        {
            // The table of mails is made by the line before.
            string path = Path.Combine(Repository.Root, match.Value);
            if (!match.Groups["made"].Success && !File.Exists(path) && !(Directory.Exists(path) && Directory.GetFiles(path, "*.csproj").Any(project => solution.Contains($"{match.Value}/{Path.GetFileName(project)}", StringComparison.Ordinal))))
            {
                return $"There is no {match.Value} in the repository, or it is not in the solution.";
            }
        }

        return null;
    }

    private static string? SweepIsThere(ShellLine line)
    {
        string file = Path.Combine(Repository.Root, line.Text.Split(' ')[2]);
        return File.Exists(file) ? IsTaken(line) : $"There is no {file}.";
    }

    private static string? ScriptOf(ShellLine line)
    {
        string script = Variables().Replace(line.Text, "").Split(' ')[0];
        script = script is "patchmoe-gpu/run.sh" or "run.sh" ? "benchmarks/gpu/run.sh" : script;
        return script == ".ci/run" || (script.EndsWith(".sh", StringComparison.Ordinal) && script != "slurm/job.sh") ? script : null;
    }

    /// <summary>The script is there, may be run, is one for bash, and knows the options that the document gives it.</summary>
    private static string? ScriptIsWellFormed(ShellLine line)
    {
        string script = Path.Combine(Repository.Root, ScriptOf(line)!);
        if (!File.Exists(script))
        {
            return $"There is no {script}.";
        }

        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        if (!File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute))
        {
            return $"{script} is not executable.";
        }

        Outcome syntax = Pmoe.Start(new ProcessStartInfo("bash", ["-n", script]) { RedirectStandardOutput = true, RedirectStandardError = true });
        string sources = string.Concat(Directory.EnumerateFiles(Path.GetDirectoryName(script)!, "*", SearchOption.AllDirectories).Where(file => Path.GetExtension(file) is ".sh" or ".py" or ".cs").Select(File.ReadAllText));
        return syntax.ExitCode != 0 ? syntax.Error
            : line.Text.Split(' ').FirstOrDefault(word => word.StartsWith("--", StringComparison.Ordinal) && !sources.Contains($"{word}", StringComparison.Ordinal)) is { } option ? $"{script} knows no {option}."
            : null;
    }

    /// <summary>The filter of a test command takes a test of this project.</summary>
    private static string? FilterTakesATest(ShellLine line)
    {
        if (CategoryFilter().Match(line.Text) is { Success: true } category)
        {
            return typeof(CommandRules).Assembly.GetTypes().Any(type => type.GetCustomAttributes<CategoryAttribute>().Any(attribute => attribute.Name == category.Groups[1].Value)) ? null : $"There is no category '{category.Groups[1].Value}'.";
        }

        string name = Filter().Match(line.Text).Groups[1].Value;
        string? variable = line.Text.Contains('=', StringComparison.Ordinal) && line.Text.StartsWith("PATCHMOE_", StringComparison.Ordinal) ? line.Text.Split('=')[0] : null;
        string[] sources = [.. Directory.EnumerateFiles(Path.Combine(Repository.Root, "tests", "PatchMoE.Tests"), "*.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];
        return name.Length == 0 || !typeof(CommandRules).Assembly.GetTypes().Any(type => type.Name == name || type.GetMethods().Any(method => method.Name.Contains(name, StringComparison.Ordinal))) ? $"No test is called '{name}'."
            : variable is not null && !sources.Any(source => source.Contains($"\"{variable}\"", StringComparison.Ordinal)) ? $"No test reads {variable}."
            : null;
    }

    private static string? IsLibtorchOfTheBuild(ShellLine line) =>
        Holds("Directory.Packages.props", $"<LibtorchVersion>{line.Text.Split(' ')[^1]}</LibtorchVersion>");

    [GeneratedRegex(@"^[A-Z]+(\.\w+)?$")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"(?<made>benchmarks/text/mails\.jsonl)|(?<=^|[ /])(benchmarks|src|samples)/[\w./-]+?(?=[ :]|$)")]
    private static partial Regex RepositoryPath();

    [GeneratedRegex("^([A-Z_]+=\\S+ )+")]
    private static partial Regex Variables();

    [GeneratedRegex(@"--filter ""?TestCategory!?=(\w+)")]
    private static partial Regex CategoryFilter();

    [GeneratedRegex("--filter \"?(?:FullyQualifiedName|Name)~(\\w+)")]
    private static partial Regex Filter();
}
