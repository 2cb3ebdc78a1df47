using System.ComponentModel;
using System.Runtime.CompilerServices;
using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>
/// Scratch memory and threads for the passes of one model class. Created by <see cref="IPatchMoEModel.CreateWorkspace"/>; reuse it, but do not
/// use it from two callers at once.
/// </summary>
public sealed class Workspace : IDisposable
{
    // Below this, sharing costs more than it saves; results do not depend on it.
    private const int FewFloats = 1 << 17;

    private readonly Type? _owner;
    private readonly string _ownerName;
    private readonly int _slotFloats;
    private readonly int _slotIntegers;
    private readonly int _workerStep;
    private readonly WorkerTeam _team;
    private readonly List<object> _runs = [];
    private readonly AlignedBuffer<float> _panels;
    private readonly AlignedBuffer<float> _workerFloats;
    private AlignedBuffer<float>? _gradients;
    private AlignedBuffer<float> _floats;
    private AlignedBuffer<int> _integers;

    /// <summary>Threads without scratch: for a model whose class is not emitted.</summary>
    /// <param name="threads">The number of threads that share a pass, ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is outside 1…1024.</exception>
    public Workspace(int threads)
        : this(null, "another class", 0, 0, 0, 0, threads)
    {
    }

    /// <summary>Threads and scratch for an emitted network.</summary>
    /// <param name="owner">Its class.</param>
    /// <param name="sizes">Its sizes.</param>
    /// <param name="threads">As above.</param>
    internal Workspace(Type owner, NetworkSizes sizes, int threads)
        : this(owner, sizes.Model, sizes.SlotFloats, sizes.SlotIntegers, sizes.PanelFloats, sizes.WorkerFloats, threads)
    {
    }

    private Workspace(Type? owner, string ownerName, int slotFloats, int slotIntegers, int panelFloats, int workerFloats, int threads)
    {
        if (threads is < 1 or > 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(threads), threads, "A pass needs 1 to 1024 threads.");
        }

        (_owner, _ownerName, _slotFloats, _slotIntegers, _workerStep) = (owner, ownerName, slotFloats, slotIntegers, workerFloats);
        _team = new WorkerTeam(threads);
        Threads = threads;
        _panels = new AlignedBuffer<float>(panelFloats);
        _workerFloats = new AlignedBuffer<float>(checked(threads * workerFloats));
        _floats = new AlignedBuffer<float>(0);
        _integers = new AlignedBuffer<int>(0);
    }

    /// <summary>Stops the threads of a workspace that was not disposed; if the constructor threw, there are none.</summary>
    ~Workspace() => _team?.Stop();

    /// <summary>The number of threads that share a pass; 1 while a small pass runs on the caller's thread alone.</summary>
    public int Threads { get; private set; }

    /// <summary>Shares even the smallest pass, so that tests do not need large ones.</summary>
    internal bool SharesSmallPasses { get; set; }

    /// <summary>The sum of the losses of a pass so far; emitted code adds to it, sample by sample.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public double Loss { get; set; }

    /// <summary>Whether every loss and logit of a pass so far is finite; emitted code clears it if one is not, and reads it after the next barrier.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool IsFinite { get; set; }

    /// <summary>Stops the threads.</summary>
    public void Dispose()
    {
        _team.Stop();
        GC.SuppressFinalize(this);
    }

    /// <summary>Checks that a network may use the workspace.</summary>
    /// <param name="network">The network's class.</param>
    /// <param name="model">Its name.</param>
    /// <exception cref="ArgumentException">The workspace is another model's.</exception>
    internal void RequireOwner(Type network, string model)
    {
        if (network != _owner)
        {
            throw new ArgumentException($"The workspace was made by {_ownerName}, not by {model}. Use a workspace from the model's own CreateWorkspace.");
        }
    }

    /// <summary>Runs a pass on all threads.</summary>
    /// <param name="share">One worker's share of it.</param>
    /// <param name="pass">The pass, whose arrays are pinned.</param>
    /// <param name="slots">The number of samples whose scratch it needs; each thread has at least one.</param>
    /// <param name="alone">Whether it is too small to be shared.</param>
    /// <exception cref="ObjectDisposedException">The workspace is disposed.</exception>
    internal void Run<TPass>(PassShare<TPass> share, in TPass pass, int slots, bool alone)
        where TPass : struct
    {
        EnsureSlots(Math.Max(slots, Threads));
        (Loss, IsFinite) = (0, true);
        RunShares(share, in pass, alone);
    }

    /// <summary>Runs work on the parameters and their gradients on all threads, or on the caller's thread alone if it is small.</summary>
    /// <param name="work">The work.</param>
    /// <param name="parameters">The parameter buffer; empty if the work does not need it.</param>
    /// <param name="gradients">With the same layout.</param>
    /// <param name="floats">The number of floats that the work touches.</param>
    /// <exception cref="ObjectDisposedException">The workspace is disposed.</exception>
    internal unsafe void RunWork(IBufferWork work, Span<float> parameters, ReadOnlySpan<float> gradients, int floats)
    {
        fixed (float* firstParameter = parameters, firstGradient = gradients)
        {
            BufferPass pass = new(work, firstParameter, parameters.Length, firstGradient, gradients.Length);
            RunShares(BufferPass.Share, in pass, alone: floats < FewFloats);
        }
    }

    /// <summary>Space for gradients that the caller does not ask for.</summary>
    internal Span<float> OwnGradients(int length) => (_gradients ??= new AlignedBuffer<float>(length)).Span;

    /// <summary>For emitted code: the float scratch of sample <paramref name="index"/> of a window (or of a worker).</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref float Floats(int index) => ref Unsafe.Add(ref _floats.Start, (nint)index * _slotFloats);

    /// <summary>For emitted code: the space for weights in panels, shared by all workers.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref float Panels => ref _panels.Start;

    /// <summary>For emitted code: a worker's own scratch.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref float WorkerFloats(int worker) => ref Unsafe.Add(ref _workerFloats.Start, (nint)worker * _workerStep);

    /// <summary>For emitted code: the integer scratch of sample <paramref name="index"/> of a window (or of a worker).</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref int Integers(int index) => ref Unsafe.Add(ref _integers.Start, (nint)index * _slotIntegers);

    /// <summary>For emitted code: waits until every worker has arrived.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Synchronize()
    {
        if (Threads > 1)
        {
            _team.Synchronize();
        }
    }

    /// <summary>For emitted code: a worker's part of <paramref name="count"/> items; the parts are contiguous and in order.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public (int From, int To) Share(int count, int worker) => Lines.Share(count, worker, Threads);

    private void RunShares<TPass>(PassShare<TPass> share, in TPass pass, bool alone)
        where TPass : struct
    {
        PassRun<TPass> run = RunOf<TPass>();
        run.Set(share, in pass);
        try
        {
            if (!alone || SharesSmallPasses)
            {
                _team.Run(run.Share);
            }
            else
            {
                Threads = 1;
                _team.RunAlone(run.Share);
            }
        }
        finally
        {
            Threads = _team.Threads;
            run.Set(null, default);
        }
    }

    /// <summary>The object that runs passes of a type; created once, since a pass allocates nothing.</summary>
    private PassRun<TPass> RunOf<TPass>()
        where TPass : struct
    {
        foreach (object known in _runs)
        {
            if (known is PassRun<TPass> run)
            {
                return run;
            }
        }

        var made = new PassRun<TPass>(this);
        _runs.Add(made);
        return made;
    }

    private void EnsureSlots(int slots)
    {
        long floats = (long)slots * _slotFloats;
        long integers = (long)slots * _slotIntegers;
        if (floats > Array.MaxLength - 64)
        {
            throw new InvalidOperationException($"{Threads} threads need {floats:N0} floats of scratch, more than one buffer holds. Use fewer threads.");
        }

        if (_floats.Length < floats)
        {
            _floats = new AlignedBuffer<float>((int)floats);
            _integers = new AlignedBuffer<int>((int)integers);
        }
    }
}
