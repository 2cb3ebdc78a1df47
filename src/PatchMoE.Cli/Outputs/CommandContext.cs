namespace PatchMoE.Cli.Outputs;

/// <summary>The context of every command.</summary>
/// <param name="Output">Where data go.</param>
/// <param name="Error">Where everything else goes.</param>
/// <param name="Cancellation">Set by Ctrl-C.</param>
internal sealed record CommandContext(TextWriter Output, TextWriter Error, CancellationToken Cancellation)
{
    /// <summary>Whether <see cref="Error"/> is a terminal.</summary>
    public bool IsWatched => ReferenceEquals(Error, Console.Error) && !Console.IsErrorRedirected;

    /// <summary>Whether <see cref="Output"/> is a terminal, where a person reads it.</summary>
    public bool IsReadAtATerminal => Output is StandardOutput && !Console.IsOutputRedirected;

    /// <summary>What is said when Ctrl-C ends the command.</summary>
    public string InterruptText { get; set; } = "interrupted";

    /// <summary>Writes a command's result: the line of JSON for programs, where the output is redirected or it was asked for.</summary>
    /// <param name="json">The line.</param>
    /// <param name="isAsked">Whether the command line has <c>--json</c>.</param>
    /// <param name="text">Lines for a person; none if the error stream has shown a table already.</param>
    public void WriteResult(string json, bool isAsked, params IEnumerable<string> text)
    {
        foreach (string line in IsReadAtATerminal && !isAsked ? text : [json])
        {
            Output.WriteLine(line);
        }
    }

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
