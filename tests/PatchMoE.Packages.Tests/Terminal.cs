using System.Diagnostics;
using System.Text.RegularExpressions;
using PatchMoE.Tests.Docs;

namespace PatchMoE.Packages.Tests;

/// <summary>A terminal of a user of <see cref="UserMachine"/>, into which the lines of documents are typed as they stand.</summary>
internal sealed partial class Terminal
{
    private const string Documented = "0.1.0";

    private readonly string _home;

    /// <summary>Opens it in a folder that has the packages, as the repository has after <c>dotnet pack</c>.</summary>
    /// <param name="name">A name for the user, who has a home of their own.</param>
    public Terminal(string name)
    {
        _home = UserMachine.MakeHome($"{name}/home");
        Folder = Directory.CreateDirectory(UserMachine.File($"{name}/repository")).FullName;
        Directory.CreateSymbolicLink(Path.Combine(Folder, "packages"), UserMachine.Feed);
    }

    /// <summary>The current folder.</summary>
    public string Folder { get; set; }

    /// <summary>The path of a file in the current folder.</summary>
    public string File(string name) => Path.Combine(Folder, name);

    /// <summary>Types a line and waits for its end, which must be a success.</summary>
    public Outcome Type(ShellLine line, string more = "") => Type($"{line.Text}{more}", line);

    /// <summary>Types a line that starts a service.</summary>
    /// <returns>The service, and its address.</returns>
    public async Task<(Process Service, string Address)> Serve(ShellLine line)
    {
        // Any free port instead of 5000.
        ProcessStartInfo start = StartInfo($"export ASPNETCORE_URLS=http://127.0.0.1:0; {line.Text}");
        Process service = Process.Start(start)!;
        while (await service.StandardOutput.ReadLineAsync() is { } text)
        {
            TestContext.Out.WriteLine(text);
            if (Listening().Match(text) is { Success: true } match)
            {
                _ = service.StandardOutput.ReadToEndAsync();
                _ = service.StandardError.ReadToEndAsync();
                return (service, match.Groups["address"].Value);
            }
        }

        throw new InvalidOperationException($"{line}: the service ended: {await service.StandardError.ReadToEndAsync()}");
    }

    /// <summary>Types a request of a service at its address.</summary>
    public Outcome Ask(ShellLine line, string address) => Type(line.Text.Replace("http://localhost:5000", address, StringComparison.Ordinal), line);

    private Outcome Type(string text, ShellLine line)
    {
        string place = Path.Combine(_home, "folder");
        ProcessStartInfo start = StartInfo($"{{ {text.Replace(Documented, UserMachine.Version, StringComparison.Ordinal)}\n}}; status=$?; pwd > '{place}'; exit $status");
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var outcome = new Outcome(process.ExitCode, output, error.Result);
        TestContext.Out.WriteLine($"{line}\n{outcome.All}");
        Assert.That(outcome.Status, Is.Zero, $"{line}\n{outcome.All}");
        Folder = System.IO.File.ReadAllText(place).Trim();
        return outcome;
    }

    private ProcessStartInfo StartInfo(string script)
    {
        ProcessStartInfo start = UserMachine.StartInfo("bash", Folder, isUser: true, "-c", script);
        start.Environment["HOME"] = _home;
        start.Environment["DOTNET_CLI_HOME"] = _home;
        start.Environment["PATH"] = $"{_home}/.dotnet/tools:{start.Environment["PATH"]}";
        return start;
    }

    [GeneratedRegex("Now listening on: (?<address>http://[0-9.:]+)")]
    private static partial Regex Listening();
}
