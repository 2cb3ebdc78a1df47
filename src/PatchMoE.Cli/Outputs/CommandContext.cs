namespace PatchMoE.Cli.Outputs;

/// <summary>The context of every command.</summary>
/// <param name="Output">Where data go.</param>
/// <param name="Error">Where everything else goes.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
internal sealed record CommandContext(TextWriter Output, TextWriter Error, CancellationToken Cancellation)
{
    /// <summary>Whether <see cref="Error"/> is a terminal.</summary>
    public bool IsWatched => ReferenceEquals(Error, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>Runs uninterruptible work on a separate thread, so that Ctrl-C does not have to wait for it.</summary>
    /// <exception cref="OperationCanceledException">Ctrl-C came first.</exception>
    public T Compute<T>(Func<T> work)
    {
        Cancellation.ThrowIfCancellationRequested();
        Task<T> task = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            task.Wait(Cancellation);
        }
        catch (AggregateException)
        {
            // GetResult rethrows the exception of the work, with its own stack trace.
        }

        return task.GetAwaiter().GetResult();
    }
}
