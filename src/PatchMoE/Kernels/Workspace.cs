using System.ComponentModel;
using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>
/// Scratch memory and threads for the passes of one model class. Made by <see cref="IPatchMoEModel.CreateWorkspace"/>; reuse it, and do not
/// let two callers use it at once.
/// </summary>
public sealed class Workspace : IDisposable
{
    // Below these, sharing takes longer than it saves; results do not depend on it. FLOPs are the forward pass's. Gradients and weights lie in the
    // cache of the thread that wrote them last, so a training pass and the work on them must be larger to be worth it;
    // less where threads share experts, so that each keeps to weights of its own.
    private const long FewFlops = 2_000_000;
    private const long FewTrainingFlops = 4_000_000;
    private const long FewFlopsByExperts = 250_000;
    private const int FewFloats = 1 << 17;

    // Each of them reads the whole input.
    private const int MostByExperts = 4;

    private readonly Type _owner;
    private readonly int _slotFloats;
    private readonly int _slotIntegers;
    private readonly long _sampleFlops;
    private readonly WorkerTeam _team;
    private readonly Action<int> _share;
    private readonly Action<int> _bufferShare;
    private readonly AlignedBuffer<float> _panels;
    private readonly AlignedBuffer<float> _workerFloats;
    private readonly int _workerStep;
    private AlignedBuffer<float>? _gradients;
    private AlignedBuffer<float> _floats;
    private AlignedBuffer<int> _integers;
    private IPassKernels? _kernels;
    private Pass _pass;
    private IBufferWork? _work;
    private PinnedBuffers _buffers;

    /// <summary>For emitted code; use <see cref="IPatchMoEModel.CreateWorkspace"/>.</summary>
    /// <param name="owner">The model's class.</param>
    /// <param name="slotFloats">Floats of one sample's scratch, a multiple of 16.</param>
    /// <param name="slotIntegers">Integers of one sample's scratch, a multiple of 16.</param>
    /// <param name="panelFloats">Floats of the weights in panels.</param>
    /// <param name="workerFloats">Floats of each worker's own scratch.</param>
    /// <param name="sampleFlops">FLOPs of one sample's forward pass: a pass of few FLOPs runs on the caller's thread alone.</param>
    /// <param name="threads">Threads that share a pass, ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">threads is outside 1…1024.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Workspace(Type owner, int slotFloats, int slotIntegers, int panelFloats, int workerFloats, long sampleFlops, int threads)
    {
        if (threads is < 1 or > 1024)
        {
            throw new ArgumentOutOfRangeException(nameof(threads), threads, "A pass needs 1 to 1024 threads.");
        }

        _owner = owner;
        _slotFloats = slotFloats;
        _slotIntegers = slotIntegers;
        _sampleFlops = sampleFlops;
        _team = new WorkerTeam(threads);
        Threads = threads;
        _share = worker => _kernels!.RunShare(this, in _pass, worker);
        _bufferShare = worker => _work!.RunShare(_buffers.Parameters, _buffers.Gradients, worker, Threads);
        _panels = new AlignedBuffer<float>(panelFloats);
        _workerStep = workerFloats;
        _workerFloats = new AlignedBuffer<float>(checked(threads * workerFloats));
        _floats = new AlignedBuffer<float>(0);
        _integers = new AlignedBuffer<int>(0);
    }

    /// <summary>Ends the threads of a workspace that was not disposed; where the constructor threw, there are none.</summary>
    ~Workspace() => _team?.Stop();

    /// <summary>The number of threads that share a pass; while a small pass runs on the caller's thread alone, 1.</summary>
    public int Threads { get; private set; }

    /// <summary>Shares even the smallest pass, so that tests need no large ones.</summary>
    internal bool SharesSmallPasses { get; set; }

    /// <summary>The sum of the losses of a pass so far; emitted code adds to it, sample by sample.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public double Loss { get; set; }

    /// <summary>Whether every loss and logit of a pass so far is finite; emitted code says if one is not, and learns it behind the next barrier.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool IsFinite { get; set; }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        _team.Stop();
        GC.SuppressFinalize(this);
    }

    /// <summary>For emitted code: runs a pass on all threads.</summary>
    /// <param name="model">The model.</param>
    /// <param name="kind">What to compute.</param>
    /// <param name="batch">B.</param>
    /// <param name="slots">How many samples' scratch the pass needs.</param>
    /// <param name="arrays">The arrays, of the right lengths.</param>
    /// <exception cref="ArgumentException">The workspace is another model's.</exception>
    /// <exception cref="ObjectDisposedException">The workspace is disposed.</exception>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public unsafe void Run(IPassKernels model, PassKind kind, int batch, int slots, PassArrays arrays)
    {
        if (model.GetType() != _owner)
        {
            throw new ArgumentException($"The workspace was made by {_owner.Name}, not by {model.GetType().Name}. Use a workspace of the model's own CreateWorkspace.");
        }

        bool sharesExperts = kind is PassKind.LossAndGradients or PassKind.SgdStep && arrays.InputGradient.IsEmpty && SharesExperts(model, batch);
        bool alone = !sharesExperts && batch * _sampleFlops < (arrays.Gradients.IsEmpty ? FewFlops : FewTrainingFlops);
        EnsureSlots(sharesExperts ? slots * Threads : Math.Max(slots, Threads));
        (Loss, IsFinite) = (0, true);
        fixed (float* input = arrays.Input, logits = arrays.Logits, logitsGradient = arrays.LogitsGradient, gradients = arrays.Gradients)
        fixed (float* inputGradient = arrays.InputGradient, scores = arrays.Scores, gates = arrays.Gates)
        fixed (float* features = arrays.Features, featuresGradient = arrays.FeaturesGradient)
        fixed (float* panels = _panels.Span)
        fixed (int* labels = arrays.Labels, lengths = arrays.Lengths, routes = arrays.Routes, classes = arrays.Classes)
        {
            _pass = new Pass(kind, batch, input, labels, lengths, logits, logitsGradient, gradients, inputGradient, routes, scores, gates, classes, panels, features, featuresGradient, arrays.LearningRate, arrays.WeightDecay, sharesExperts);
            _kernels = model;
            try
            {
                RunShares(_share, alone);
            }
            finally
            {
                _kernels = null;
                _pass = default;
            }
        }
    }

    /// <summary>Runs work on the parameters and their gradients on all threads, or on the caller's alone where it is small.</summary>
    /// <param name="work">The work.</param>
    /// <param name="parameters">The parameter buffer; empty if the work needs none.</param>
    /// <param name="gradients">Of the same layout.</param>
    /// <param name="floats">How many of them the work touches.</param>
    /// <exception cref="ObjectDisposedException">The workspace is disposed.</exception>
    internal unsafe void RunWork(IBufferWork work, Span<float> parameters, ReadOnlySpan<float> gradients, int floats)
    {
        fixed (float* firstParameter = parameters, firstGradient = gradients)
        {
            _buffers = new PinnedBuffers(firstParameter, parameters.Length, firstGradient, gradients.Length);
            _work = work;
            try
            {
                RunShares(_bufferShare, alone: floats < FewFloats);
            }
            finally
            {
                _work = null;
                _buffers = default;
            }
        }
    }

    /// <summary>For emitted code: room for gradients that no caller asks for.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public Span<float> OwnGradients(int length) => (_gradients ??= new AlignedBuffer<float>(length)).Span;

    /// <summary>For emitted code: the float scratch of sample <paramref name="index"/> of a window (or of a worker).</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref float Floats(int index) => ref System.Runtime.CompilerServices.Unsafe.Add(ref _floats.Start, (nint)index * _slotFloats);

    /// <summary>For emitted code: a worker's own scratch.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref float WorkerFloats(int worker) => ref System.Runtime.CompilerServices.Unsafe.Add(ref _workerFloats.Start, (nint)worker * _workerStep);

    /// <summary>For emitted code: the integer scratch of sample <paramref name="index"/> of a window (or of a worker).</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public ref int Integers(int index) => ref System.Runtime.CompilerServices.Unsafe.Add(ref _integers.Start, (nint)index * _slotIntegers);

    /// <summary>For emitted code: waits until every worker has come here.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Synchronize()
    {
        if (Threads > 1)
        {
            _team.Synchronize();
        }
    }

    /// <summary>For emitted code: the part of <paramref name="count"/> items that a worker takes, contiguous and in order.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public (int From, int To) Share(int count, int worker) => Lines.Share(count, worker, Threads);

    private bool SharesExperts(IPassKernels model, int batch) =>
        Threads is > 1 and <= MostByExperts && batch <= model.SharedBatch && model.ExpertParts % Threads == 0
        && (batch * _sampleFlops >= FewFlopsByExperts || SharesSmallPasses);

    private void RunShares(Action<int> share, bool alone)
    {
        if (!alone || SharesSmallPasses)
        {
            _team.Run(share);
            return;
        }

        Threads = 1;
        try
        {
            _team.RunAlone(share);
        }
        finally
        {
            Threads = _team.Threads;
        }
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
