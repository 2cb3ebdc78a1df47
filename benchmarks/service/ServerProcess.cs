using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PatchMoE.ServiceLoad;

/// <summary>A service in a process of its own, on a free port of the loopback interface.</summary>
internal sealed class ServerProcess : IDisposable
{
    private readonly Process _process;

    /// <param name="name">How tables call it.</param>
    /// <param name="query">What is asked for.</param>
    /// <param name="command">The program and its first arguments, for <c>dotnet</c>.</param>
    public ServerProcess(string name, string query, params string[] command)
        : this(name, query, isWatched: false, command)
    {
    }

    private ServerProcess(string name, string query, bool isWatched, string[] command)
    {
        Name = name;
        int port = FreePort();
        Uri = new Uri($"http://127.0.0.1:{port}/classify{query}");
        string[] settings = ["--urls", $"http://127.0.0.1:{port}", "--Logging:LogLevel:Default=Warning"];
        _process = Process.Start(new ProcessStartInfo(Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet", [.. command, .. settings])
        {
            WorkingDirectory = AppContext.BaseDirectory,
            RedirectStandardInput = isWatched,
            RedirectStandardOutput = isWatched,
        })!;
    }

    /// <summary>A <see cref="WatchedService"/>.</summary>
    /// <param name="name">How it is called.</param>
    /// <param name="command">The program and its first arguments, for <c>dotnet</c>.</param>
    public static ServerProcess Watched(string name, params string[] command) => new(name, string.Empty, isWatched: true, command);

    /// <summary>The memory of a <see cref="WatchedService"/>, in bytes: in use on the managed heap, and of the whole process.</summary>
    public (long Heap, long Resident) Memory()
    {
        _process.StandardInput.WriteLine();
        string line;
        do
        {
            line = _process.StandardOutput.ReadLine() ?? throw new InvalidOperationException($"{Name} has ended.");
        }
        while (!line.StartsWith(WatchedService.Prefix, StringComparison.Ordinal));
        string[] numbers = line[WatchedService.Prefix.Length..].Split(' ');
        return (long.Parse(numbers[0], CultureInfo.InvariantCulture), long.Parse(numbers[1], CultureInfo.InvariantCulture));
    }

    public string Name { get; }

    public Uri Uri { get; }

    /// <summary>Waits until it answers.</summary>
    public async Task StartAsync()
    {
        using var client = new HttpClient();
        for (int i = 0; !_process.HasExited && i < 300; i++)
        {
            try
            {
                await client.GetStringAsync(new Uri(Uri, "/health"));
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(100);
            }
        }

        throw new InvalidOperationException($"{Name} does not answer.");
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
