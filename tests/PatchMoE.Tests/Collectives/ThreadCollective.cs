using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using PatchMoE.Training.Collectives;

namespace PatchMoE.Tests;

/// <summary>Processes that train together, played by threads of this one.</summary>
internal sealed class ThreadCollective : ICollective
{
    private readonly Meeting _meeting;

    private ThreadCollective(Meeting meeting, int rank) => (_meeting, Rank) = (meeting, rank);

    public int Rank { get; }

    public int Size => _meeting.Barrier.ParticipantCount;

    /// <summary>The number of floats that this process has given to others.</summary>
    public long Sent { get; private set; }

    /// <summary>Runs a body on each of some processes. If one fails, so do the others, and its exception reaches the caller.</summary>
    public static T[] Run<T>(int size, Func<ThreadCollective, T> body)
    {
        using var meeting = new Meeting(size);
        var results = new T[size];
        Thread[] threads =
        [
            .. Enumerable.Range(0, size).Select(rank => new Thread(() =>
            {
                try
                {
                    results[rank] = body(new ThreadCollective(meeting, rank));
                }
                catch (Exception failure)
                {
                    meeting.Break(failure);
                }
            })),
        ];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        if (meeting.Failure is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }

        return results;
    }

    public void Exchange(ReadOnlySpan<float> send, ReadOnlySpan<int> sent, Span<float> receive, ReadOnlySpan<int> received)
    {
        Sent += send.Length;
        _meeting.Floats[Rank] = send.ToArray();
        _meeting.Counts[Rank] = sent.ToArray();
        _meeting.Wait();
        int place = 0;
        for (int process = 0; process < Size; process++)
        {
            int[] counts = _meeting.Counts[process];
            Assert.That(counts[Rank], Is.EqualTo(received[process]), $"what {process} sends to {Rank}");
            _meeting.Floats[process].AsSpan(counts[..Rank].Sum(), counts[Rank]).CopyTo(receive[place..]);
            place += counts[Rank];
        }

        _meeting.Wait();
    }

    public void Gather(Span<float> values, ReadOnlySpan<int> counts)
    {
        _meeting.Floats[Rank] = values.ToArray();
        _meeting.Counts[Rank] = counts.ToArray();
        _meeting.Wait();
        int place = 0;
        for (int process = 0; process < Size; process++)
        {
            Assert.That(_meeting.Counts[process], Is.EqualTo(counts.ToArray()));
            _meeting.Floats[process].AsSpan(place, counts[process]).CopyTo(values[place..]);
            place += counts[process];
        }

        Assert.That(place, Is.EqualTo(values.Length));
        _meeting.Wait();
    }

    public void GatherBytes(Span<byte> values)
    {
        int length = values.Length / Size;
        _meeting.Bytes[Rank] = values.Slice(Rank * length, length).ToArray();
        _meeting.Wait();
        for (int process = 0; process < Size; process++)
        {
            _meeting.Bytes[process].CopyTo(values[(process * length)..]);
        }

        _meeting.Wait();
    }

    public void Sum(Span<float> values)
    {
        _meeting.Floats[Rank] = values.ToArray();
        _meeting.Wait();
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _meeting.Floats.Sum(array => array[i]);
        }

        _meeting.Wait();
    }

    public void Broadcast(Span<byte> values, int root)
    {
        _meeting.Bytes[Rank] = values.ToArray();
        _meeting.Wait();
        _meeting.Bytes[root].CopyTo(values);
        _meeting.Wait();
    }

    public void Barrier() => _meeting.Wait();

    [DoesNotReturn]
    public void Abort(string message) => throw new InvalidOperationException(message);

    private sealed class Meeting(int size) : IDisposable
    {
        private readonly CancellationTokenSource _broken = new();
        private readonly Lock _lock = new();

        public Barrier Barrier { get; } = new(size);

        public float[][] Floats { get; } = new float[size][];

        public int[][] Counts { get; } = new int[size][];

        public byte[][] Bytes { get; } = new byte[size][];

        public Exception? Failure { get; private set; }

        public void Wait() => Barrier.SignalAndWait(_broken.Token);

        public void Break(Exception failure)
        {
            lock (_lock)
            {
                Failure ??= failure;
            }

            _broken.Cancel();
        }

        public void Dispose()
        {
            Barrier.Dispose();
            _broken.Dispose();
        }
    }
}
