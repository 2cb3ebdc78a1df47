using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;

namespace PatchMoE.Cli.Experiments;

/// <summary>A cell that could not be run.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Message">Why.</param>
internal sealed record CellFailure(ICell Cell, string Message);

/// <summary>
/// Runs cells, several at once with one thread each: cells are independent, so no thread ever waits for another. Other processes may take cells of the same folder
/// meanwhile.
/// </summary>
/// <param name="folder">Where results go.</param>
/// <param name="threads">The number of cells to run at once.</param>
internal sealed class CellScheduler(CellFolder folder, int threads)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>How long cells may take to stop. Those that take longer, such as one whose network is being compiled, end with the process: nothing is half-written.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    /// <summary>How often a cancellation is looked for.</summary>
    private static readonly TimeSpan s_turn = TimeSpan.FromMilliseconds(50);

    private readonly SharedData _data = new(threads + 1);
    private readonly Lock _lock = new();
    private readonly List<CellFailure> _failures = [];

    /// <summary>Whether to wait for cells that other processes are running, and run those whose process ended without a result; otherwise they are left to others.</summary>
    public bool WaitsForOthers { get; init; } = true;

    /// <summary>Runs the cells that are not finished.</summary>
    /// <param name="cells">The cells in the order in which to start them: those that share data beside each other, and the longest first.</param>
    /// <param name="progress">Notified of work and cells, including those that other processes finish.</param>
    /// <param name="cancellation">Stops all cells; those that are finished are kept.</param>
    /// <returns>The cells that could not be run.</returns>
    /// <exception cref="BadInputException">A result cannot be written.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public IReadOnlyList<CellFailure> Run(IReadOnlyList<ICell> cells, ICellProgress progress, CancellationToken cancellation)
    {
        _failures.Clear();
        IReadOnlyList<ICell> open = [.. cells.DistinctBy(cell => cell.Hash).Where(cell => folder.Find(cell) is null)];
        while (true)
        {
            IReadOnlyList<ICell> elsewhere = RunUnclaimed(open, progress, cancellation);

            // Of a long list, some that others were running may have been left since.
            if (elsewhere.Count == 0 || (!WaitsForOthers && elsewhere.Count == open.Count))
            {
                return _failures;
            }

            cancellation.WaitHandle.WaitOne(s_pause);
            cancellation.ThrowIfCancellationRequested();
            open = elsewhere;
        }
    }

    /// <summary>Runs every cell that nobody has claimed.</summary>
    /// <returns>The cells that others are running.</returns>
    private List<ICell> RunUnclaimed(IReadOnlyList<ICell> open, ICellProgress progress, CancellationToken cancellation)
    {
        var elsewhere = new List<ICell>();
        ExceptionDispatchInfo? failure = null;

        // Not disposed: a worker that is not waited for may still look at it.
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        int next = 0;

        void Work()
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    int index = Interlocked.Increment(ref next) - 1;
                    if (index >= open.Count)
                    {
                        return;
                    }

                    if (!TryRun(open[index], progress, stop.Token))
                    {
                        lock (_lock)
                        {
                            elsewhere.Add(open[index]);
                        }
                    }
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref failure, ExceptionDispatchInfo.Capture(e), null);
                stop.Cancel();
            }
        }

        Thread[] workers = [.. Enumerable.Range(0, Math.Min(threads, open.Count)).Select(i => new Thread(Work) { Name = $"cells {i}", IsBackground = true })];
        Array.ForEach(workers, worker => worker.Start());
        Wait(workers, cancellation);
        cancellation.ThrowIfCancellationRequested();
        failure?.Throw();
        return elsewhere;
    }

    /// <summary>Waits for the end of all workers, once cancelled only for a moment.</summary>
    private static void Wait(Thread[] workers, CancellationToken cancellation)
    {
        foreach (Thread worker in workers)
        {
            while (!worker.Join(s_turn) && !cancellation.IsCancellationRequested)
            {
            }
        }

        long cancelled = Stopwatch.GetTimestamp();
        while (Array.Exists(workers, worker => worker.IsAlive) && Stopwatch.GetElapsedTime(cancelled) < s_patience)
        {
            Thread.Sleep(1);
        }
    }

    /// <summary>Runs a cell; false if another process is running it.</summary>
    private bool TryRun(ICell cell, ICellProgress progress, CancellationToken cancellation)
    {
        using CellClaim? claim = folder.TryClaim(cell);
        if (claim is null)
        {
            return false;
        }

        if (folder.Find(cell) is { } record)
        {
            progress.Advance(cell.Work);
            progress.Finished(cell, cell.Describe(record.Result));
            return true;
        }

        double done = 0;
        void Advance(double work) => progress.Advance(Bounded(work, cell.Work, ref done));
        long started = Stopwatch.GetTimestamp();
        JsonObject result;
        try
        {
            result = cell.Run(new CellContext(_data, Advance, cancellation));
        }
        catch (BadInputException failure)
        {
            lock (_lock)
            {
                _failures.Add(new CellFailure(cell, failure.Message));
            }

            progress.Finished(cell, failure.Message);
            return true;
        }

        folder.Add(cell, new CellRecord(cell.Title, result, Stopwatch.GetElapsedTime(started).TotalSeconds));
        claim.Finish();
        progress.Advance(cell.Work - done);
        progress.Finished(cell, cell.Describe(result));
        return true;
    }

    /// <summary>No cell counts for more than its work.</summary>
    private static double Bounded(double work, double all, ref double done)
    {
        double bounded = Math.Min(work, all - done);
        done += bounded;
        return bounded;
    }
}
