using System.Globalization;
using PatchMoE;
using PatchMoE.ServiceLoad;
using PatchMoE.Training.Data;
using Service;

// Loads the sample's service, and the same one with ONNX Runtime, from this process: p50, p99 and throughput of closed loops, as a table. 'soak [MINUTES]' loads the service alone, for a long
// time, and looks at its memory.
if (args is ["onnx", .. var settings])
{
    OnnxService.Run(settings);
    return 0;
}

if (args is ["watched", .. var options])
{
    WatchedService.Run(options);
    return 0;
}

// The services take turns, and each number is the median of its turns.
const int Rounds = 12;
TimeSpan duration = TimeSpan.FromSeconds(1);
PatchMoESpec spec = Digits.Spec with { Data = new ImagesDataSpec("mnist", Train: 6000, Test: 4000) };
(_, Dataset test) = DataLoader.Load(spec, dataFolder: null, seed: 1, specFolder: ".");
float[][] pictures = [.. Enumerable.Range(0, 500).Select(i => test.InputsOf(i, 1).ToArray())];
byte[][] bodies = [.. pictures.Select(picture => Array.ConvertAll(picture, pixel => (byte)MathF.Round(pixel * 255)))];
Console.WriteLine($"{Environment.ProcessorCount} processors shared by client and server, {VectorClass()}\n");
string own = Path.Combine(AppContext.BaseDirectory, "PatchMoE.ServiceLoad.dll");
if (args is ["soak", .. var minutes])
{
    using var watched = ServerProcess.Watched("PatchMoE", own, "watched");
    await watched.StartAsync();
    TimeSpan time = TimeSpan.FromMinutes(minutes is [var number] ? double.Parse(number, CultureInfo.InvariantCulture) : 10);
    return await Soak.RunAsync(watched, bodies, warmUp: TimeSpan.FromMinutes(1), time) ? 0 : 1;
}

ModelCalls.Print(pictures);

string service = Path.Combine(AppContext.BaseDirectory, "Service.dll");
using var plain = new ServerProcess("PatchMoE", "?explain=false", service);
using var explained = new ServerProcess("PatchMoE with explanation", "?explain=true", service);
using var onnx = new ServerProcess("ONNX Runtime", string.Empty, own, "onnx");
ServerProcess[] servers = [plain, explained, onnx];
foreach (ServerProcess server in servers)
{
    await server.StartAsync();
    await ClosedLoop.RunAsync(server, bodies, connections: 16, TimeSpan.FromSeconds(4));
}

Console.WriteLine("| connections | service | p50 ms | p99 ms | answers/s |\n|---:|---|---:|---:|---:|");
foreach (int connections in new[] { 1, 8, 64 })
{
    var results = servers.ToDictionary(server => server, _ => new List<LoadResult>());
    for (int round = 0; round < Rounds; round++)
    {
        foreach (ServerProcess server in servers)
        {
            results[server].Add(await ClosedLoop.RunAsync(server, bodies, connections, duration));
        }
    }

    foreach ((ServerProcess server, List<LoadResult> all) in results)
    {
        double Median(Func<LoadResult, double> of) => all.Select(of).Order().ElementAt(all.Count / 2);
        Console.WriteLine(FormattableString.Invariant(
            $"| {connections} | {server.Name} | {Median(result => result.Median):F2} | {Median(result => result.Tail):F2} | {Median(result => result.Rate):F0} |"));
    }
}

return 0;

static string VectorClass() => System.Runtime.Intrinsics.Vector512.IsHardwareAccelerated ? "512-bit vectors" : "256-bit vectors or smaller";
