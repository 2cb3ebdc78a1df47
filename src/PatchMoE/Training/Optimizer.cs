namespace PatchMoE;

/// <summary>
/// A rule that updates weights from gradients, in place, without allocating. Every operation is one float32 operation per value in a fixed order, so
/// results have the same bits on every machine, whatever its vector width.
/// </summary>
public abstract class Optimizer
{
    private readonly (int Offset, int Length)[] _trained;

    private protected Optimizer(OptimizerSpec spec, IEnumerable<ParameterSpec> trained)
    {
        Spec = spec;
        _trained = [.. trained.Select(parameter => (parameter.Offset, parameter.Length))];
    }

    /// <summary>The rule and its constants.</summary>
    public OptimizerSpec Spec { get; }

    /// <summary>Where the tensors that it updates lie in the parameter buffer.</summary>
    public IReadOnlyList<(int Offset, int Length)> Trained => _trained;

    /// <summary>The updates made so far.</summary>
    public int Steps { get; internal set; }

    /// <summary>
    /// What the rule remembers between updates: named buffers of the length of the parameter buffer, 0 outside the trained tensors. Empty for SGD.
    /// </summary>
    public virtual IReadOnlyList<(string Name, float[] Values)> State => [];

    /// <summary>Makes the rule of a spec.</summary>
    /// <param name="spec">The rule and its constants.</param>
    /// <param name="trained">The tensors it updates; all others stay as they are, weight decay included.</param>
    /// <param name="bufferLength">The length of the parameter buffer.</param>
    public static Optimizer Create(OptimizerSpec spec, IEnumerable<ParameterSpec> trained, int bufferLength) => spec.Kind switch
    {
        OptimizerKind.Sgd => new Sgd(spec, trained),
        OptimizerKind.Momentum => new Momentum(spec, trained, bufferLength),
        OptimizerKind.Adam => new Adam(spec, trained, bufferLength),
        OptimizerKind.AdamW => new AdamW(spec, trained, bufferLength),
        _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, "Unknown optimizer."),
    };

    /// <summary>The names in <see cref="State"/> of a rule.</summary>
    public static IReadOnlyList<string> StateNames(OptimizerKind kind) => kind switch
    {
        OptimizerKind.Sgd => [],
        OptimizerKind.Momentum => ["velocity"],
        _ => ["first", "second"],
    };

    /// <summary>Makes one update of all trained tensors.</summary>
    /// <param name="parameters">The parameter buffer.</param>
    /// <param name="gradients">Of the same length and layout.</param>
    /// <param name="learningRate">The step size η.</param>
    public void Step(Span<float> parameters, ReadOnlySpan<float> gradients, double learningRate)
    {
        Steps++;
        foreach ((int offset, int length) in _trained)
        {
            Update(parameters.Slice(offset, length), gradients.Slice(offset, length), offset, (float)learningRate);
        }
    }

    /// <summary>Updates one tensor.</summary>
    /// <param name="weights">Its weights.</param>
    /// <param name="gradients">Their gradients.</param>
    /// <param name="offset">Where the tensor begins in the parameter buffer, and so in each state buffer.</param>
    /// <param name="learningRate">η.</param>
    private protected abstract void Update(Span<float> weights, ReadOnlySpan<float> gradients, int offset, float learningRate);
}
