using System.Runtime.CompilerServices;

namespace ILGPU.Execution;

/// <summary>One group at work: its shared memory, and the barrier at which all its threads must meet at the same place of the kernel.</summary>
internal sealed class GroupOfThreads : IDisposable
{
    private readonly CancellationTokenSource _failed = new();
    private readonly Barrier _barrier;
    private readonly int[] _places;
    private readonly List<byte[]> _shared = [];

    public GroupOfThreads(int threads)
    {
        _places = new int[threads];
        _barrier = new Barrier(threads, _ => RequireOnePlace());
    }

    /// <summary>The first exception of a thread; null if there was none.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Waits for the others; <paramref name="place"/> is the number of barriers passed, or −1 at the kernel's end.</summary>
    public void Meet(int thread, int place)
    {
        _places[thread] = place;
        _barrier.SignalAndWait(_failed.Token);
    }

    /// <summary>The n-th array of shared memory. What it holds at first is meant to be noticed: NaN as floats, −1 as integers.</summary>
    public byte[] Shared(int n, int bytes)
    {
        lock (_shared)
        {
            if (n == _shared.Count)
            {
                byte[] array = GC.AllocateUninitializedArray<byte>(bytes);
                array.AsSpan().Fill(0xff);
                _shared.Add(array);
            }

            return _shared[n];
        }
    }

    /// <summary>Ends the group; the threads that wait at the barrier end too.</summary>
    public void Fail(Exception failure)
    {
        lock (_shared)
        {
            Failure ??= failure is BarrierPostPhaseException { InnerException: { } inner } ? inner : failure;
        }

        _failed.Cancel();
    }

    public void Dispose()
    {
        _barrier.Dispose();
        _failed.Dispose();
    }

    private void RequireOnePlace()
    {
        if (Array.Exists(_places, place => place != _places[0]))
        {
            throw new InvalidOperationException("The threads of a group wait at different barriers.");
        }

        if (_places[0] < 0)
        {
            _shared.Clear();
        }
    }
}

/// <summary>A thread of a group, as the kernel's static calls find it.</summary>
internal sealed class GroupThread(GroupOfThreads group, int thread)
{
    [ThreadStatic]
    private static GroupThread? t_current;

    private int _barriers;
    private int _arrays;

    public static GroupThread Current => t_current ?? throw new InvalidOperationException("Not within a kernel.");

    public int Thread { get; } = thread;

    public int GroupIndex { get; private set; }

    public void Barrier() => group.Meet(Thread, ++_barriers);

    public ArrayView<T> Shared<T>(int extent)
        where T : unmanaged => new(group.Shared(_arrays++, extent * Unsafe.SizeOf<T>()), 0, extent);

    /// <summary>Runs the thread's part of every group, one group after the other.</summary>
    public void Run(int groups, Action kernel)
    {
        t_current = this;
        try
        {
            for (GroupIndex = 0; GroupIndex < groups; GroupIndex++)
            {
                (_barriers, _arrays) = (0, 0);
                kernel();
                group.Meet(Thread, -1);
            }
        }
        catch (OperationCanceledException)
        {
            // Another thread failed.
        }
        catch (Exception failure)
        {
            group.Fail(failure);
        }
    }
}
