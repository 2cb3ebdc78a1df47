using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PatchMoE.Training.Collectives;

namespace PatchMoE.Mpi;

/// <summary>The processes of an MPI job. There is one in a process, which joins the job once.</summary>
public sealed unsafe class MpiCollective : ICollective, IDisposable
{
    /// <summary>The most bytes that are sent at once: MPI counts in 32 bits.</summary>
    private const int Most = 1 << 30;

    private const int Failed = 1;

    private readonly ProgressWatch _watch;
    private readonly int[] _sentPlaces;
    private readonly int[] _receivedPlaces;

    private MpiCollective()
    {
        Check("MPI_Init_thread", MpiFunctions.InitThread(0, 0, MpiFunctions.Serialized, out int provided));
        if (provided < MpiFunctions.Serialized)
        {
            throw new BadInputException("MPI: the library can be called from one thread only. Use one built with support for threads.");
        }

        Check("MPI_Comm_rank", MpiFunctions.Rank(MpiLibrary.World, out int rank));
        Check("MPI_Comm_size", MpiFunctions.Size(MpiLibrary.World, out int size));
        (Rank, Size) = (rank, size);
        (_sentPlaces, _receivedPlaces) = (new int[size], new int[size]);
        _watch = new ProgressWatch(rank, Expire);
    }

    /// <inheritdoc/>
    public int Rank { get; }

    /// <inheritdoc/>
    public int Size { get; }

    /// <summary>How long this process waits for the others before it takes them for lost and ends itself; null to wait for ever.</summary>
    public TimeSpan? Deadline
    {
        get => _watch.Deadline;
        set => _watch.Deadline = value;
    }

    /// <summary>Where messages go when the job is ended.</summary>
    public TextWriter Error { get; init; } = Console.Error;

    /// <summary>Joins the job that this process was started for.</summary>
    /// <exception cref="BadInputException">It was not started by MPI, or the library of MPI cannot be loaded.</exception>
    public static MpiCollective Join()
    {
        MpiLauncher launcher = MpiLauncher.Find() ?? throw new BadInputException("MPI: this process was not started as a part of an MPI job. Start it with mpirun or srun.");
        MpiLibrary.Load(launcher);
        var processes = new MpiCollective();
        return processes.Size == launcher.Processes ? processes : throw new BadInputException(
            $"MPI: the library of MPI finds {processes.Size} processes, but {launcher.Processes} were started: it is not the MPI that started them. Set PATCHMOE_MPI to the library that belongs to mpirun; under Slurm, use srun --mpi=pmix with Open MPI.");
    }

    /// <inheritdoc/>
    public void Exchange(ReadOnlySpan<float> send, ReadOnlySpan<int> sent, Span<float> receive, ReadOnlySpan<int> received)
    {
        SetPlaces(sent, _sentPlaces);
        SetPlaces(received, _receivedPlaces);
        Enter("exchange");
        fixed (float* from = send, to = receive)
        fixed (int* fromCounts = sent, fromPlaces = _sentPlaces, toCounts = received, toPlaces = _receivedPlaces)
        {
            Leave(MpiFunctions.AllToAllV(from, fromCounts, fromPlaces, MpiLibrary.Float, to, toCounts, toPlaces, MpiLibrary.Float, MpiLibrary.World));
        }
    }

    /// <inheritdoc/>
    public void Gather(Span<float> values, ReadOnlySpan<int> counts)
    {
        SetPlaces(counts, _receivedPlaces);
        Enter("gather");
        fixed (float* all = values)
        fixed (int* lengths = counts, places = _receivedPlaces)
        {
            Leave(MpiFunctions.AllGatherV(MpiLibrary.InPlace, 0, MpiLibrary.Float, all, lengths, places, MpiLibrary.Float, MpiLibrary.World));
        }
    }

    /// <inheritdoc/>
    public void GatherBytes(Span<byte> values)
    {
        int length = values.Length / Size;
        Enter("gather");
        fixed (byte* all = values)
        {
            Leave(MpiFunctions.AllGather(MpiLibrary.InPlace, 0, MpiLibrary.Byte, all, length, MpiLibrary.Byte, MpiLibrary.World));
        }
    }

    /// <inheritdoc/>
    public void Sum(Span<float> values)
    {
        Enter("sum");
        fixed (float* all = values)
        {
            Leave(MpiFunctions.AllReduce(MpiLibrary.InPlace, all, values.Length, MpiLibrary.Float, MpiLibrary.Add, MpiLibrary.World));
        }
    }

    /// <inheritdoc/>
    public void Broadcast(Span<byte> values, int root)
    {
        for (int start = 0; start < values.Length; start += Math.Min(Most, values.Length - start))
        {
            Enter("broadcast");
            fixed (byte* all = values[start..])
            {
                Leave(MpiFunctions.Broadcast(all, Math.Min(Most, values.Length - start), MpiLibrary.Byte, root, MpiLibrary.World));
            }
        }
    }

    /// <inheritdoc/>
    public void Barrier()
    {
        Enter("barrier");
        Leave(MpiFunctions.Barrier(MpiLibrary.World));
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public void Abort(string message)
    {
        Error.WriteLine(message);
        Error.Flush();
        _ = MpiFunctions.Abort(MpiLibrary.World, Failed);

        // MPI ends this process, too; should it not, nothing may go on.
        ProgressWatch.Exit(Failed);
        throw new InvalidOperationException(message);
    }

    /// <summary>Leaves the job; waits until all processes do.</summary>
    public void Dispose()
    {
        Deadline = null;
        Check("MPI_Finalize", MpiFunctions.Finish());
        _watch.Dispose();
    }

    private static void Check(string call, int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"{call} failed with {code}.");
        }
    }

    private static void SetPlaces(ReadOnlySpan<int> counts, int[] places)
    {
        int place = 0;
        for (int process = 0; process < places.Length; process++)
        {
            places[process] = place;
            place = checked(place + counts[process]);
        }
    }

    private void Enter(string call) => _watch.Enter(call);

    private void Leave(int code)
    {
        _watch.Leave();
        Check("MPI", code);
    }

    private void Expire(string call)
    {
        Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"error: process {Rank} of {Size} on {Environment.MachineName}: no answer from the others for {Deadline!.Value.TotalSeconds:0} s ({call}): a process hangs, or a machine or the network has failed. Go on from the last checkpoint with --resume, with as many processes as are left."));
        Error.Flush();
        ProgressWatch.Exit(Failed);
    }
}
