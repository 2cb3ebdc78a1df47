using System.Diagnostics;
using System.Reflection;

namespace PatchMoE.Packages.Tests;

/// <summary>
/// The machine of someone who has the packages in a folder and nothing else of this repository: a home of its own with the package sources of this one, and an empty
/// package cache. Made once; the packages of the solution are packed when they are first asked for.
/// </summary>
[SetUpFixture]
public sealed class UserMachine
{
    public const string Version = "9.9.9";

    private static readonly Lazy<string> s_feed = new(Pack);
    private static readonly Lock s_repository = new();
    private static TemporaryFolder? s_folder;

    /// <summary>The folder with the packages.</summary>
    public static string Feed => s_feed.Value;

    /// <summary>The command of the build.</summary>
    public static string Pmoe => Metadata("Command");

    public static string Configuration => Metadata("Configuration");

    [OneTimeSetUp]
    public void MakeHome()
    {
        s_folder = new TemporaryFolder();
        MakeHome("home");
    }

    /// <summary>A home of another user, with the package sources of this machine.</summary>
    public static string MakeHome(string name)
    {
        string settings = Path.Combine(Home, ".nuget", "NuGet", "NuGet.Config");
        string folder = Directory.CreateDirectory(File(name)).FullName;
        if (System.IO.File.Exists(settings))
        {
            Directory.CreateDirectory(Path.Combine(folder, ".nuget", "NuGet"));
            System.IO.File.Copy(settings, Path.Combine(folder, ".nuget", "NuGet", "NuGet.Config"));
        }

        return folder;
    }

    [OneTimeTearDown]
    public void RemoveFolder() => s_folder?.Dispose();

    /// <summary>The path of a file on it.</summary>
    public static string File(string name) => s_folder!.File(name);

    /// <summary>Runs a program there, in a folder below its root.</summary>
    public static Outcome Run(string program, string folder, params string[] arguments) => Start(program, File(folder), isUser: true, arguments);

    /// <summary>Runs a program with this repository's packages; builds of the repository follow each other.</summary>
    public static Outcome RunHere(string program, string folder, params string[] arguments)
    {
        if (program != "dotnet")
        {
            return Start(program, folder, isUser: false, arguments);
        }

        lock (s_repository)
        {
            return Start(program, folder, isUser: false, arguments);
        }
    }

    /// <summary>What starts a program there.</summary>
    public static ProcessStartInfo StartInfo(string program, string folder, bool isUser, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };

        // The test host uses a different MSBuild.
        foreach (string variable in start.Environment.Keys.Where(name => name.StartsWith("MSBUILD", StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            start.Environment.Remove(variable);
        }

        start.Environment["UseSharedCompilation"] = "false";
        if (isUser)
        {
            start.Environment["HOME"] = File("home");
            start.Environment["DOTNET_CLI_HOME"] = File("home");
            start.Environment["NUGET_PACKAGES"] = File("packages");

            // What was downloaded before is not downloaded again; the cache of packages stays empty.
            start.Environment["NUGET_HTTP_CACHE_PATH"] = Environment.GetEnvironmentVariable("NUGET_HTTP_CACHE_PATH") ?? Path.Combine(Home, ".local", "share", "NuGet", "http-cache");
        }

        return start;
    }

    private static string Pack()
    {
        string feed = File("feed");
        RunHere("dotnet", Repository.Root, "pack", "PatchMoE.Gen.sln", "--no-build", "-c", Configuration, "-o", feed, $"-p:Version={Version}", "-nodeReuse:false", "-v", "quiet").Succeeded();
        return feed;
    }

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    private static string Metadata(string key) =>
        typeof(UserMachine).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(attribute => attribute.Key == key).Value!;

    private static Outcome Start(string program, string folder, bool isUser, params string[] arguments)
    {
        Directory.CreateDirectory(folder);
        using Process process = Process.Start(StartInfo(program, folder, isUser, arguments))!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var outcome = new Outcome(process.ExitCode, output, error.Result);
        TestContext.Out.WriteLine($"{program} {string.Join(' ', arguments)}\n{outcome.All}");
        return outcome;
    }
}
