using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace PatchMoE.Kernels;

/// <summary>
/// Threads that wait between passes and then run one share each, including the caller's thread. One barrier starts a pass, separates its
/// phases and ends it; nothing is allocated while it runs.
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

    public bool IsStopped => Volatile.Read(ref _stopped) != 0;

    /// <summary>Runs a share on every thread and returns when all are done. If a share throws, the exception is rethrown and the team is stopped.</summary>
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
            // The others still use the caller's arrays: they must be done before the exception propagates.
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

    /// <summary>Runs the only share of a small pass on the caller's thread; the others keep sleeping.</summary>
    public void RunAlone(Action<int> share)
    {
        RequireNotStopped();
        share(0);
    }

    /// <summary>Waits until every thread of the running pass has arrived.</summary>
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

    private void RequireNotStopped() => ObjectDisposedException.ThrowIf(IsStopped, typeof(Workspace));

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
                goOn = !IsStopped;
            }
        }
        while (goOn);

        // A thread that ends leaves the barrier: others may still be waiting there.
        _barrier.RemoveParticipant();
    }

    /// <summary>Runs a worker's share. False if it failed, or if there is none because the team was stopped between two passes.</summary>
    // A separate method: a waiting thread must not keep the share on its stack, and thereby keep the workspace from being finalized.
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
