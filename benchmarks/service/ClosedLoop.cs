using System.Diagnostics;
using System.Net.Http.Headers;

namespace PatchMoE.ServiceLoad;

/// <summary>What a closed loop measured.</summary>
/// <param name="Median">p50 in milliseconds.</param>
/// <param name="Tail">p99 in milliseconds.</param>
/// <param name="Rate">Answers per second.</param>
internal readonly record struct LoadResult(double Median, double Tail, double Rate);

/// <summary>A number of connections, each of which sends its next picture as soon as the last one is answered.</summary>
internal static class ClosedLoop
{
    public static async Task<LoadResult> RunAsync(ServerProcess server, IReadOnlyList<byte[]> pictures, int connections, TimeSpan duration)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections };
        using var client = new HttpClient(handler);
        long started = Stopwatch.GetTimestamp();
        List<double>[] times = await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(async () =>
        {
            var own = new List<double>();
            for (int i = connection; Stopwatch.GetElapsedTime(started) < duration; i += connections)
            {
                using var content = new ByteArrayContent(pictures[i % pictures.Count]);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                long sent = Stopwatch.GetTimestamp();
                using HttpResponseMessage response = await client.PostAsync(server.Uri, content);
                response.EnsureSuccessStatusCode();
                own.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
            }

            return own;
        })));
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        double[] all = [.. times.SelectMany(own => own).Order()];
        return new LoadResult(all[all.Length / 2], all[(int)(all.Length * 0.99)], all.Length / seconds);
    }
}
