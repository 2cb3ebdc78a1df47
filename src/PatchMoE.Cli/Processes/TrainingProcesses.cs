using System.Globalization;
using PatchMoE.Cli.Backends;
using PatchMoE.Cli.Outputs;
using PatchMoE.Mpi;
using PatchMoE.Training;
using PatchMoE.Training.Collectives;

namespace PatchMoE.Cli.Processes;

/// <summary>
/// The processes that <c>mpirun</c> or <c>srun</c> started for one <c>pmoe train</c>, or this one alone. The first speaks for all, and keeps the run folder. If one fails, all end, with one
/// message that names it.
/// </summary>
internal sealed class TrainingProcesses : IDisposable
{
    /// <summary>Reading data and compiling take longer on one machine than on another.</summary>
    private static readonly TimeSpan s_patienceAtStart = TimeSpan.FromMinutes(30);

    /// <summary>A failure that all processes have is reported by the first; the others wait for it as long before they report their own.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromMilliseconds(500);

    private readonly MpiCollective? _processes;
    private readonly CommandContext _context;
    private readonly TimeSpan _deadline;

    private TrainingProcesses(MpiCollective? processes, MpiLauncher? launcher, CommandContext context, TimeSpan deadline)
    {
        (_processes, Launcher, _context, _deadline) = (processes, launcher, context, deadline);
        Context = IsFirst ? context : context with { Output = TextWriter.Null, Error = TextWriter.Null };
    }

    /// <summary>What started the processes; null if this one is alone.</summary>
    public MpiLauncher? Launcher { get; }

    /// <summary>The processes; null if this one is alone.</summary>
    public ICollective? Collective => _processes;

    /// <summary>Whether this process writes files and messages.</summary>
    public bool IsFirst => _processes is not { Rank: > 0 };

    /// <summary>How many there are.</summary>
    public int Count => _processes?.Size ?? 1;

    /// <summary>The command's context, in which only the first process is heard.</summary>
    public CommandContext Context { get; }

    /// <summary>Joins the others, if this process was started by MPI.</summary>
    /// <param name="context">The command's context.</param>
    /// <param name="deadline">How long a process waits for the others before it takes them for lost.</param>
    /// <exception cref="BadInputException">The library of MPI cannot be loaded.</exception>
    public static TrainingProcesses Join(CommandContext context, TimeSpan deadline)
    {
        if (MpiLauncher.Find() is not { } launcher)
        {
            return new TrainingProcesses(null, null, context, deadline);
        }

        MpiCollective processes = MpiCollective.Join();
        processes.Deadline = s_patienceAtStart;
        return new TrainingProcesses(processes, launcher, context, deadline);
    }

    /// <summary>The number of threads of a process on a machine that it shares with others. torch's results depend on it, so there it does not depend on the number of processes.</summary>
    public int ThreadsOf(int cores, BackendEntry backend)
    {
        if (Launcher is not null && backend.Name == BackendCatalog.Torch)
        {
            return 1;
        }

        // mpirun may have bound each process to its own cores already: then there are no more to see.
        int all = Launcher is null ? cores : AllCores(cores);
        return Math.Max(1, Math.Min(cores, all / (Launcher?.LocalProcesses ?? 1)));
    }

    /// <summary>Prepares a training on every process, and goes on only if all could, and prepared the same.</summary>
    /// <param name="prepare">Reads and checks.</param>
    /// <param name="prints">What must be the same everywhere: names and hashes.</param>
    /// <returns>What this process prepared.</returns>
    /// <exception cref="BadInputException">A process could not, or differs.</exception>
    public T Prepare<T>(Func<T> prepare, Func<T, IReadOnlyList<Fingerprint>> prints)
    {
        if (_processes is null)
        {
            return prepare();
        }

        T? prepared = default;
        string? failure = null;
        IReadOnlyList<Fingerprint> own = [];
        try
        {
            prepared = prepare();
            own = prints(prepared);
        }
        catch (OperationCanceledException)
        {
            failure = "interrupted";
        }
        catch (Exception cause)
        {
            failure = FailureText.Of(cause, debug: false);
        }

        new Agreement(_processes).Reach(failure, own);
        _processes.Deadline = _deadline;
        return prepared!;
    }

    /// <summary>The number of shares that a batch is cut into.</summary>
    /// <param name="training">The spec's section, in which 1 stands for "not said".</param>
    /// <param name="wanted">The command line's; null if not given.</param>
    /// <param name="saved">That of the run to resume; null to start.</param>
    /// <param name="plain">Whether the gradients are added up by MPI.</param>
    public int SharesOf(TrainingSpec training, int? wanted, int? saved, bool plain)
    {
        int shares = wanted ?? (training.Shares > 1 || plain ? training.Shares : saved ?? (_processes is null ? 1 : DefaultShares.Of(training.Batch, Count)));

        // Only the first process knows the run folder.
        return OfFirst(shares);
    }

    /// <summary>Requires that a batch can be cut into its shares, and that there is one for each process.</summary>
    /// <param name="spec">The spec with its number of shares.</param>
    /// <param name="plain">Whether there is one share for each process, whatever the spec says.</param>
    public void RequireShares(PatchMoESpec spec, bool plain)
    {
        int shares = plain ? Count : spec.Training!.Shares;
        string? mistake = TrainingRules.Shares(shares, spec.Training!.Batch, spec.Model)?.Message ?? ShareTree.TooFew(shares, Count);
        if (mistake is not null)
        {
            throw _processes is null ? new BadInputException(mistake) : new AgreedFailureException($"error: {mistake}");
        }
    }

    /// <summary>Gives all processes what the first has read from a file.</summary>
    /// <param name="own">What the first has read, and the file; null if there is none, and for the others.</param>
    /// <param name="read">Reads the file's bytes.</param>
    /// <returns>What was read; null if there is none.</returns>
    public T? GiveToAll<T>((T Value, string Path)? own, Func<Stream, T> read)
        where T : class
    {
        if (_processes is null)
        {
            return own?.Value;
        }

        byte[] content = own is { } file ? File.ReadAllBytes(file.Path) : [];
        int length = OfFirst(content.Length);
        if (length == 0)
        {
            return null;
        }

        content = IsFirst ? content : new byte[length];
        _processes.Broadcast(content, root: 0);
        if (IsFirst)
        {
            return own?.Value;
        }

        using var stream = new MemoryStream(content);
        return read(stream);
    }

    /// <summary>Runs a command on every process. A failure of one ends all.</summary>
    /// <param name="body">The command.</param>
    public int Run(Func<int> body)
    {
        if (_processes is null)
        {
            return body();
        }

        try
        {
            return body();
        }
        catch (AgreedFailureException failure)
        {
            Context.Error.WriteLine(failure.Message);
            return ExitCode.BadInput;
        }
        catch (Exception failure)
        {
            bool all = failure is TrainingDivergedException;
            if (!IsFirst)
            {
                Thread.Sleep(s_grace * (1 + ((double)_processes.Rank / Count)));
            }

            string text = failure is OperationCanceledException ? "interrupted" : FailureText.Of(failure, debug: false);
            _processes.Abort(all ? text : Agreement.NameProcess(text, _processes.Rank, Count, Environment.MachineName));
            return ExitCode.BadInput;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _processes?.Dispose();

    /// <summary>The first process's number.</summary>
    private int OfFirst(int own)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BitConverter.TryWriteBytes(bytes, own);
        _processes?.Broadcast(bytes, root: 0);
        return BitConverter.ToInt32(bytes);
    }

    /// <summary>The cores of the machine, whether this process may use them or not.</summary>
    private static int AllCores(int own)
    {
        const string online = "/sys/devices/system/cpu/online";
        if (!File.Exists(online))
        {
            return own;
        }

        // For example 0-3,8-11.
        int cores = 0;
        foreach (string range in File.ReadAllText(online).Trim().Split(','))
        {
            int[] ends = [.. range.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture))];
            cores += ends[^1] - ends[0] + 1;
        }

        return Math.Max(own, cores);
    }
}
