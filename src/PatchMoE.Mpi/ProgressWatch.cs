using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PatchMoE.Mpi;

/// <summary>
/// Ends this process if a call of MPI has not returned by its deadline. Where the network is cut, neither the call nor the program that started the job ends by itself, so the process ends
/// without a word to either.
/// </summary>
internal sealed partial class ProgressWatch : IDisposable
{
    private static readonly TimeSpan s_period = TimeSpan.FromMilliseconds(200);

    private readonly Action<string> _expire;
    private readonly Timer _timer;
    private readonly int _rank;
    private long _entered;
    private string _call = "";

    /// <summary>Starts to watch.</summary>
    /// <param name="rank">The number of this process: of several that wait for the same one, the first to speak ends the others.</param>
    /// <param name="expire">Told the call that took too long; ends the process.</param>
    public ProgressWatch(int rank, Action<string> expire)
    {
        (_rank, _expire) = (rank, expire);
        _timer = new Timer(_ => Check(), state: null, s_period, s_period);
    }

    /// <summary>How long a call may take; null for as long as it likes.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>A call begins.</summary>
    public void Enter(string call)
    {
        _call = call;
        Volatile.Write(ref _entered, Stopwatch.GetTimestamp());
    }

    /// <summary>It has returned.</summary>
    public void Leave() => Volatile.Write(ref _entered, 0);

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    /// <summary>Ends this process at once: nothing is flushed, and no handler runs that might wait for the network.</summary>
    [LibraryImport("libc", EntryPoint = "_exit")]
    public static partial void Exit(int code);

    private void Check()
    {
        long entered = Volatile.Read(ref _entered);
        if (entered != 0 && Deadline is { } deadline && Stopwatch.GetElapsedTime(entered) > deadline + (_rank * s_period))
        {
            _expire(_call);
        }
    }
}
