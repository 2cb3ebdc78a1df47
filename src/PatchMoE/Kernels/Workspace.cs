using System.ComponentModel;
using System.Runtime.CompilerServices;
using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>
/// Scratch memory and threads for the passes of one model class. Created by <see cref="IPatchMoEModel.CreateWorkspace"/>; reuse it. It serves one caller at a
/// time: a second one that comes while a pass runs gets an <see cref="InvalidOperationException"/>. Callers on several threads each take a workspace of their own, or
/// one from <see cref="WorkspacePool.CreatePool"/>.
/// </summary>
public sealed class Workspace : IDisposable
{
    /// <summary>The most threads that share a pass.</summary>
    internal const int MaximumThreads = 1024;

    // Below this, sharing costs more than it saves; results do not depend on it.
    private const int FewFloats = 1 << 17;

    private readonly Type? _owner;
    private readonly string _ownerName;
    private readonly int _inputLength;
    private readonly int _slotFloats;
    private readonly int _slotIntegers;
    private readonly int _workerStep;
    private readonly WorkerTeam _team;
    private readonly List<object> _runs = [];
    private readonly AlignedBuffer<float> _panels;
    private readonly AlignedBuffer<float> _workerFloats;
    private readonly AlignedBuffer<double> _auxiliary;
    private AlignedBuffer<float>? _gradients;
    private AlignedBuffer<float> _floats;
    private AlignedBuffer<int> _integers;

    // 1 while a caller uses the workspace.
    private int _busy;

    /// <summary>Threads without scratch: for a model whose class is not emitted.</summary>
    /// <param name="threads">The number of threads that share a pass, ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is outside 1…1024.</exception>
    public Workspace(int threads)
        : this(null, "another class", 0, 0, 0, 0, 0, 0, threads)
    {
    }

    /// <summary>Threads and scratch for an emitted network.</summary>
    /// <param name="owner">Its class.</param>
    /// <param name="sizes">Its sizes.</param>
    /// <param name="threads">As above.</param>
    internal Workspace(Type owner, NetworkSizes sizes, int threads)
        : this(owner, sizes.Model, sizes.InputLength, sizes.SlotFloats, sizes.SlotIntegers, sizes.PanelFloats, sizes.WorkerFloats, sizes.AuxiliaryLength, threads)
    {
    }

    private Workspace(
        Type? owner, string ownerName, int inputLength, int slotFloats, int slotIntegers, int panelFloats, int workerFloats, int auxiliary, int threads)
    {
        if (threads is < 1 or > MaximumThreads)
        {
            throw new ArgumentOutOfRangeException(nameof(threads), threads, $"A pass needs 1 to {MaximumThreads} threads.");
        }

        (_owner, _ownerName, _inputLength) = (owner, ownerName, inputLength);
        (_slotFloats, _slotIntegers, _workerStep) = (slotFloats, slotIntegers, workerFloats);
        _team = new WorkerTeam(threads);
        Threads = threads;
        _panels = new AlignedBuffer<float>(panelFloats);
        _workerFloats = new AlignedBuffer<float>(checked(threads * workerFloats));
        _auxiliary = new AlignedBuffer<double>(auxiliary);
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

    /// <summary>Whether every input, loss and logit that a pass checked so far is finite; it is cleared if one is not, and read after the next barrier.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool IsFinite { get; set; }

    /// <summary>Whether passes can run on it: it is not disposed, and no thread of it has failed.</summary>
    internal bool IsUsable => !_team.IsStopped;

    /// <summary>Stops the threads.</summary>
    public void Dispose()
    {
        _team.Stop();
        GC.SuppressFinalize(this);
    }

    /// <summary>Takes the workspace for a pass of a network, and all that is read from the workspace afterwards; <see cref="Leave"/> ends it.</summary>
    /// <param name="network">The network's class.</param>
    /// <param name="model">Its name.</param>
    /// <exception cref="ArgumentException">The workspace is another model's.</exception>
    /// <exception cref="InvalidOperationException">Another caller has it.</exception>
    internal void Enter(Type network, string model)
    {
        if (network != _owner)
        {
            throw new ArgumentException($"The workspace was made by {_ownerName}, not by {model}. Use a workspace from the model's own CreateWorkspace.");
        }

        Enter();
    }

    /// <summary>Gives the workspace back.</summary>
    internal void Leave() => Volatile.Write(ref _busy, 0);

    private void Enter()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
        {
            ThrowBusy();
        }
    }

    private static void ThrowBusy() => throw new InvalidOperationException(
        "The workspace is in use by another caller: it holds the intermediate values of one pass at a time. Give each thread a workspace of its own, take one from model.CreatePool() for each call, or call model.Classify, which does so.");

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
    /// <exception cref="InvalidOperationException">Another caller has it.</exception>
    internal unsafe void RunWork(IBufferWork work, Span<float> parameters, ReadOnlySpan<float> gradients, int floats)
    {
        Enter();
        try
        {
            fixed (float* firstParameter = parameters, firstGradient = gradients)
            {
                BufferPass pass = new(work, firstParameter, parameters.Length, firstGradient, gradients.Length);
                RunShares(BufferPass.Share, in pass, alone: floats < FewFloats);
            }
        }
        finally
        {
            Leave();
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

    /// <summary>For emitted code: the totals of auxiliary losses over a batch, and what gradients need of them; shared by all workers.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref double Auxiliary => ref _auxiliary.Start;

    /// <summary>For emitted code: a worker's own scratch.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref float WorkerFloats(int worker) => ref Unsafe.Add(ref _workerFloats.Start, (nint)worker * _workerStep);

    /// <summary>For emitted code: the integer scratch of sample <paramref name="index"/> of a window (or of a worker).</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref int Integers(int index) => ref Unsafe.Add(ref _integers.Start, (nint)index * _slotIntegers);

    /// <summary>For emitted code: notes whether a sample is finite, in a network without a router.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="b">Its sample.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void CheckInput(in InputBatch batch, int b)
    {
        if (!batch.HasPixels)
        {
            CheckScores(ref Unsafe.Add(ref batch.Input, (nint)batch.Sample(b) * _inputLength), _inputLength);
        }
    }

    /// <summary>For emitted code: the same for a sample of vectors, of which only the valid ones count.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="b">Its sample.</param>
    /// <param name="groups">The groups of a sample.</param>
    /// <param name="patches">n, the patches of a group.</param>
    /// <param name="dimension">d, the values of a patch.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void CheckInput(in InputBatch batch, int b, int groups, int patches, int dimension)
    {
        if (!batch.HasLengths)
        {
            CheckInput(in batch, b);
            return;
        }

        ref float input = ref Unsafe.Add(ref batch.Input, (nint)batch.Sample(b) * _inputLength);
        for (int g = 0; g < groups; g++)
        {
            CheckScores(ref Unsafe.Add(ref input, (nint)g * patches * dimension), Unsafe.Add(ref batch.Lengths, ((nint)b * groups) + g) * dimension);
        }
    }

    /// <summary>For emitted code: notes whether values are finite, such as the scores of a sample's patches. They are not if a value of the patch is not.</summary>
    /// <param name="start">The first value.</param>
    /// <param name="count">Their number.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void CheckScores(ref float start, int count)
    {
        if (!Values.AllFinite(ref start, count))
        {
            IsFinite = false;
        }
    }

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
