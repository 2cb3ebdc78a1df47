using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace PatchMoE.Kernels;

/// <summary>
/// Threads that wait between passes and then run one share each, the caller's thread among them. One barrier starts a pass, separates its
/// phases and ends it; nothing is allocated on the way.
/// </summary>
internal sealed class WorkerTeam
{
    private readonly SpinBarrier _barrier;
    private readonly Thread[] _threads;
    private Action<int>? _share;
    private ExceptionDispatchInfo? _failure;
    private int _stopped;

    public WorkerTeam(int threads)
    {
        Threads = threads;
        _barrier = new SpinBarrier(threads);
        _threads = new Thread[threads - 1];
        for (int i = 0; i < _threads.Length; i++)
        {
            int worker = i + 1;
            _threads[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"PatchMoE worker {worker}" };
            _threads[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Runs a share on every thread and returns when all are done; rethrows what a share threw, and the team has ended.</summary>
    public void Run(Action<int> share)
    {
        RequireNotStopped();
        _share = share;
        Synchronize();
        try
        {
            share(0);
        }
        catch
        {
            // The others still use the caller's arrays: they must be gone before the exception leaves.
            Stop();
            foreach (Thread thread in _threads)
            {
                thread.Join();
            }

            throw;
        }

        Synchronize();
        _share = null;
        if (_failure is not null)
        {
            Stop();
            _failure.Throw();
        }
    }

    /// <summary>Runs the only share of small work on the caller's thread; the others sleep on.</summary>
    public void RunAlone(Action<int> share)
    {
        RequireNotStopped();
        share(0);
    }

    /// <summary>Waits until every thread of the running pass has come here.</summary>
    public void Synchronize()
    {
        if (Threads > 1)
        {
            _barrier.SignalAndWait();
        }
    }

    /// <summary>Lets the threads end, now or at the end of the pass.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _stopped, 1) == 0 && Threads > 1)
        {
            _barrier.RemoveParticipant();
        }
    }

    private void RequireNotStopped() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _stopped) != 0, typeof(Workspace));

    private void Work(int worker)
    {
        bool goOn;
        do
        {
            _barrier.SignalAndWait();
            goOn = TryShare(worker);
            if (goOn)
            {
                _barrier.SignalAndWait();
                goOn = Volatile.Read(ref _stopped) == 0;
            }
        }
        while (goOn);

        // Whoever ends leaves the barrier: others may still wait there.
        _barrier.RemoveParticipant();
    }

    /// <summary>Runs a worker's share. False where it failed, or where there is none: then the team was stopped between two passes.</summary>
    // A method of its own: a thread that waits must not keep the share on its stack, and with it the workspace from its finalizer.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryShare(int worker)
    {
        if (_share is null)
        {
            return false;
        }

        try
        {
            _share(worker);
            return true;
        }
        catch (Exception failure)
        {
            _failure = ExceptionDispatchInfo.Capture(failure);
            return false;
        }
    }
}
