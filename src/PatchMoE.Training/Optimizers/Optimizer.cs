using PatchMoE.Kernels;

namespace PatchMoE.Training.Optimizers;

/// <summary>
/// A rule that updates weights from gradients, in place, without allocating. Each step is one float32 operation per value in a fixed order, so
/// results are bit-identical on every machine, whatever its vector width and the number of threads.
/// </summary>
public abstract class Optimizer : IBufferWork
{
    private readonly (int Offset, int Length)[] _trained;
    private readonly int _lines;
    private readonly int _end;
    private float _learningRate;

    private protected Optimizer(OptimizerSpec spec, IEnumerable<ParameterSpec> trained)
    {
        Spec = spec;
        _trained = [.. trained.Select(parameter => (parameter.Offset, parameter.Length))];
        _lines = _trained.Sum(tensor => Lines.Of(tensor.Length));
        _end = _trained.Select(tensor => tensor.Offset + tensor.Length).DefaultIfEmpty().Max();
    }

    /// <summary>The rule and its constants.</summary>
    public OptimizerSpec Spec { get; }

    /// <summary>The positions in the parameter buffer of the tensors to update.</summary>
    public IReadOnlyList<(int Offset, int Length)> Trained => _trained;

    /// <summary>The number of updates made so far; one in progress is not counted yet.</summary>
    public int Steps { get; internal set; }

    /// <summary>
    /// The state kept between updates: named buffers with the length of the parameter buffer, 0 outside the trained tensors and a trained table. Empty for SGD.
    /// </summary>
    public virtual IReadOnlyList<(string Name, float[] Values)> State => [];

    /// <summary>Creates the optimizer of a spec.</summary>
    /// <param name="spec">The rule and its constants.</param>
    /// <param name="trained">The tensors to update; all others stay as they are, without weight decay.</param>
    /// <param name="bufferLength">The length of the parameter buffer.</param>
    public static Optimizer Create(OptimizerSpec spec, IEnumerable<ParameterSpec> trained, int bufferLength) => spec.Kind switch
    {
        OptimizerKind.Sgd => new Sgd(spec, trained),
        OptimizerKind.Momentum => new Momentum(spec, trained, bufferLength),
        OptimizerKind.Adam => new Adam(spec, trained, bufferLength),
        OptimizerKind.AdamW => new AdamW(spec, trained, bufferLength),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, "Unknown optimizer."),
    };

    /// <summary>The name in <see cref="State"/> of the mean of the squared gradients.</summary>
    internal const string SquaresName = "second";

    /// <summary>The names in <see cref="State"/> for a rule.</summary>
    public static IReadOnlyList<string> StateNames(OptimizerKind kind) => kind switch
    {
        OptimizerKind.Sgd => [],
        OptimizerKind.Momentum => ["velocity"],
        _ => ["first", SquaresName],
    };

    /// <summary>Makes one update of all trained tensors, on the caller's thread alone.</summary>
    /// <param name="parameters">The parameter buffer.</param>
    /// <param name="gradients">With the same length and layout.</param>
    /// <param name="learningRate">The step size η.</param>
    /// <exception cref="ArgumentException">A buffer ends before the last trained tensor does.</exception>
    public void Step(Span<float> parameters, ReadOnlySpan<float> gradients, double learningRate)
    {
        Prepare(parameters.Length, gradients.Length, learningRate);
        UpdateShare(parameters, gradients, worker: 0, workers: 1);
        Steps++;
    }

    /// <summary>Makes one update of all trained tensors, on all threads of a workspace. The result is bit-identical to that of one thread.</summary>
    /// <param name="parameters">The parameter buffer.</param>
    /// <param name="gradients">With the same length and layout.</param>
    /// <param name="learningRate">The step size η.</param>
    /// <param name="workspace">The threads; any model's workspace will do, as long as nothing else runs on it.</param>
    /// <exception cref="ArgumentException">A buffer ends before the last trained tensor does.</exception>
    /// <exception cref="ObjectDisposedException">The workspace is disposed.</exception>
    public void Step(Span<float> parameters, ReadOnlySpan<float> gradients, double learningRate, Workspace workspace)
    {
        Prepare(parameters.Length, gradients.Length, learningRate);
        workspace.RunWork(this, parameters, gradients, _lines * Lines.Floats);
        Steps++;
    }

    void IBufferWork.RunShare(Span<float> parameters, ReadOnlySpan<float> gradients, int worker, int workers) =>
        UpdateShare(parameters, gradients, worker, workers);

    /// <summary>The end of the tensors to update, as an index of the parameter buffer.</summary>
    internal int End => _end;

    /// <summary>Begins to update rows of a table of tokens in an update that is already counted, since its other tensors have been updated.</summary>
    /// <param name="learningRate">η.</param>
    internal void BeginRows(double learningRate)
    {
        _learningRate = (float)learningRate;
        Begin(Steps, _learningRate);
    }

    /// <summary>
    /// Updates one row of a table, which the parameter buffer holds behind the tensors to update. Its state is changed only here: a row without a gradient keeps its weights and its
    /// state, without weight decay.
    /// </summary>
    /// <param name="parameters">The parameter buffer, as long as the state.</param>
    /// <param name="gradient">The gradient of the row.</param>
    /// <param name="offset">Where it begins in the buffer.</param>
    internal void UpdateRow(Span<float> parameters, ReadOnlySpan<float> gradient, int offset) =>
        Update(parameters.Slice(offset, gradient.Length), gradient, offset, _learningRate);

    /// <summary>Prepares what the ranges of an update have in common.</summary>
    /// <param name="step">The number of the update, from 1.</param>
    /// <param name="learningRate">η.</param>
    private protected virtual void Begin(int step, float learningRate)
    {
    }

    /// <summary>Updates a range of a tensor.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="offset">Where the range starts in the parameter buffer, and so in each state buffer.</param>
    /// <param name="learningRate">η.</param>
    private protected abstract void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate);

    private void Prepare(int parameters, int gradients, double learningRate)
    {
        if (Math.Min(parameters, gradients) < _end)
        {
            throw new ArgumentException($"The buffers have {parameters} parameters and {gradients} gradients, but the tensors to update end at {_end}.");
        }

        _learningRate = (float)learningRate;
        Begin(Steps + 1, _learningRate);
    }

    /// <summary>Updates one worker's cache lines of the trained tensors, taken end to end.</summary>
    private void UpdateShare(Span<float> parameters, ReadOnlySpan<float> gradients, int worker, int workers)
    {
        (int from, int to) = Lines.Share(_lines, worker, workers);
        foreach ((int offset, int length) in _trained)
        {
            int start = Lines.Clamp(from, length);
            int count = Lines.Clamp(to, length) - start;
            Update(parameters.Slice(offset + start, count), gradients.Slice(offset + start, count), offset + start, _learningRate);
            from -= Lines.Of(length);
            to -= Lines.Of(length);
        }
    }
}
