using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace PatchMoE.ServiceLoad;

/// <summary>
/// The sample's service under load for a long time: every answer is compared with the first one to the same picture, one request of 50 is damaged and must be refused, and the service's memory
/// is looked at every few seconds. It has grown if the median of the last third exceeds that of the first third, without the time to warm up, by more than a twentieth and <see cref="Slack"/>.
/// </summary>
internal static class Soak
{
    private const int Connections = 8;
    private const long Slack = 4 << 20;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(2);

    /// <param name="server">A <see cref="WatchedService"/>.</param>
    /// <param name="pictures">What to send.</param>
    /// <param name="warmUp">The time that is not looked at.</param>
    /// <param name="duration">The time after it.</param>
    /// <returns>Whether every answer was right and memory did not grow.</returns>
    public static async Task<bool> RunAsync(ServerProcess server, IReadOnlyList<byte[]> pictures, TimeSpan warmUp, TimeSpan duration)
    {
        using var end = new CancellationTokenSource(warmUp + duration);
        var answers = new ConcurrentDictionary<int, string>();
        Task<(long Right, long Refused, long Wrong)>[] loops = [.. Enumerable.Range(0, Connections).Select(connection => Task.Run(() => LoadAsync(server.Uri, pictures, connection, answers, end.Token)))];
        await Task.Delay(warmUp);
        var samples = new List<(long Heap, long Resident)>();
        while (!end.IsCancellationRequested)
        {
            samples.Add(server.Memory());
            await Task.Delay(s_interval);
        }

        (long Right, long Refused, long Wrong)[] counts = await Task.WhenAll(loops);
        long wrong = counts.Sum(count => count.Wrong);
        Console.WriteLine(FormattableString.Invariant(
            $"{duration.TotalMinutes:F1} minutes after {warmUp.TotalSeconds:F0} s: {counts.Sum(count => count.Right)} right answers, {counts.Sum(count => count.Refused)} damaged requests refused, {wrong} wrong answers\n"));
        Console.WriteLine("| memory | first third, MB | last third, MB | least | most | |\n|---|---:|---:|---:|---:|---|");
        bool heap = Report("managed heap", [.. samples.Select(sample => sample.Heap)]);
        bool resident = Report("resident", [.. samples.Select(sample => sample.Resident)]);
        return wrong == 0 && heap && resident;
    }

    /// <summary>Prints a row; whether it did not grow.</summary>
    private static bool Report(string name, long[] values)
    {
        static long Median(IEnumerable<long> some) => some.Order().ElementAt(some.Count() / 2);
        long first = Median(values.Take(values.Length / 3));
        long last = Median(values.TakeLast(values.Length / 3));
        bool isSteady = last <= first + Math.Max(first / 20, Slack);
        Console.WriteLine(FormattableString.Invariant(
            $"| {name} | {first / 1e6:F1} | {last / 1e6:F1} | {values.Min() / 1e6:F1} | {values.Max() / 1e6:F1} | {(isSteady ? "steady" : "grew")} |"));
        return isSteady;
    }

    private static async Task<(long Right, long Refused, long Wrong)> LoadAsync(
        Uri uri, IReadOnlyList<byte[]> pictures, int connection, ConcurrentDictionary<int, string> answers, CancellationToken end)
    {
        using var client = new HttpClient();
        (long right, long refused, long wrong) = (0, 0, 0);
        for (long i = connection; !end.IsCancellationRequested; i += Connections)
        {
            int picture = (int)(i % pictures.Count);
            bool isDamaged = i / Connections % 50 == 0;
            using var content = new ByteArrayContent(isDamaged ? pictures[picture][1..] : pictures[picture]);
            content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");

            // Two kinds of answers in turn: with an explanation, and without.
            bool isExplained = picture % 2 == 0;
            using HttpResponseMessage response = await client.PostAsync(new Uri(uri, isExplained ? "?explain=true" : "?explain=false"), content, CancellationToken.None);
            string answer = await response.Content.ReadAsStringAsync(CancellationToken.None);
            if (isDamaged && response.StatusCode == HttpStatusCode.BadRequest)
            {
                refused++;
            }
            else if (!isDamaged && response.StatusCode == HttpStatusCode.OK && answers.GetOrAdd(picture, answer) == answer)
            {
                right++;
            }
            else
            {
                wrong++;
            }
        }

        return (right, refused, wrong);
    }
}
