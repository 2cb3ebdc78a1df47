using System.Diagnostics;

namespace PatchMoE.Kernels;

/// <summary>
/// Where threads wait for each other. A thread spins for about as long as a training loop spends between two passes, then sleeps: a spinning thread
/// continues within a microsecond; a sleeping one must be woken by the operating system, late and perhaps on a busy processor. Waiting allocates nothing.
/// </summary>
internal sealed class SpinBarrier
{
    private const double SpinSeconds = 1e-3;
    private const int TurnsBetweenClocks = 32;

    private readonly object _gate = new();
    private readonly long _spinTicks;
    private int _participants;
    private int _missing;
    private int _phase;
    private int _sleepers;

    /// <summary>Creates a barrier.</summary>
    /// <param name="participants">The number of threads that meet, ≥ 1.</param>
    public SpinBarrier(int participants)
    {
        (_participants, _missing) = (participants, participants);

        // If threads outnumber processors, a spinning thread keeps another from arriving.
        _spinTicks = participants <= Environment.ProcessorCount ? (long)(SpinSeconds * Stopwatch.Frequency) : 0;
    }

    /// <summary>Waits until every participant has arrived; what each wrote before the barrier is visible to all after it.</summary>
    public void SignalAndWait()
    {
        // The phase cannot end before this thread has arrived.
        int phase = Volatile.Read(ref _phase);
        if (!Arrive() && !SpinUntilOver(phase))
        {
            SleepUntilOver(phase);
        }
    }

    /// <summary>Arrives for a participant for the last time, without waiting: from now on the others continue without it.</summary>
    public void RemoveParticipant()
    {
        // Before arriving: the last to arrive counts the participants of the next phase.
        Interlocked.Decrement(ref _participants);
        Arrive();
    }

    /// <summary>Whether this was the last participant to arrive, so that the next phase has begun.</summary>
    private bool Arrive()
    {
        if (Interlocked.Decrement(ref _missing) != 0)
        {
            return false;
        }

        // All others are waiting: nobody touches the count until the phase changes.
        _missing = Volatile.Read(ref _participants);

        // The fence in this increment and the one in SleepUntilOver's: either the sleeper sees the new phase, or this thread sees the sleeper.
        Interlocked.Increment(ref _phase);
        if (Volatile.Read(ref _sleepers) != 0)
        {
            lock (_gate)
            {
                Monitor.PulseAll(_gate);
            }
        }

        return true;
    }

    private bool SpinUntilOver(int phase)
    {
        long started = Stopwatch.GetTimestamp();
        do
        {
            for (int turn = 0; turn < TurnsBetweenClocks; turn++)
            {
                if (Volatile.Read(ref _phase) != phase)
                {
                    return true;
                }

                Thread.SpinWait(1);
            }

            // The missing thread may be waiting for this very processor.
            Thread.Yield();
        }
        while (Stopwatch.GetTimestamp() - started < _spinTicks);
        return false;
    }

    private void SleepUntilOver(int phase)
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _sleepers);
            while (Volatile.Read(ref _phase) == phase)
            {
                Monitor.Wait(_gate);
            }

            Interlocked.Decrement(ref _sleepers);
        }
    }
}
