namespace PatchMoE.Cli.Outputs;

/// <summary>What every command is given.</summary>
/// <param name="Output">Where data go.</param>
/// <param name="Error">Where everything else goes.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
internal sealed record CommandContext(TextWriter Output, TextWriter Error, CancellationToken Cancellation)
{
    /// <summary>Whether a person watches <see cref="Error"/>.</summary>
    public bool IsWatched => ReferenceEquals(Error, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>Runs what cannot be stopped on a thread of its own, so that Ctrl-C need not wait for it.</summary>
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
            // GetResult throws what the work threw, with its own stack.
        }

        return task.GetAwaiter().GetResult();
    }
}
