using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Training.Engines;

/// <summary>An engine whose weights, gradients and optimizer are in this process's memory: a derived class adds only the passes.</summary>
public abstract class HostEngine : IGradientEngine
{
    private readonly float[] _gradients;
    private readonly HostBatch _batch;
    private readonly int _bufferLength;
    private float[] _logits = [];
    private Optimizer? _optimizer;

    // Whether the gradients are those of the batch.
    private bool _hasGradients;

    private protected HostEngine(PatchMoESpec spec, bool takesPixels = false)
    {
        Spec = spec;
        _batch = new HostBatch(spec.Model) { TakesPixels = takesPixels };
        _gradients = new float[spec.Model.NetworkLength()];
        _bufferLength = ModelParameters.BufferLength(spec.Model.Parameters());
    }

    /// <inheritdoc/>
    public PatchMoESpec Spec { get; }

    /// <inheritdoc/>
    public abstract string Device { get; }

    /// <summary>The parameter buffer.</summary>
    private protected abstract Span<float> Parameters { get; }

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        RequireLength(parameters.Length, _bufferLength);
        parameters[.._gradients.Length].CopyTo(Parameters);
    }

    /// <inheritdoc/>
    public void GetParameters(Span<float> parameters)
    {
        RequireLength(parameters.Length, _bufferLength);
        Parameters[.._gradients.Length].CopyTo(parameters);
    }

    /// <inheritdoc/>
    public abstract void Forward(ReadOnlySpan<float> input, Span<float> logits, ReadOnlySpan<int> lengths = default);

    /// <inheritdoc/>
    public abstract double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default);

    /// <inheritdoc/>
    public abstract void Route(ReadOnlySpan<float> input, Span<int> routes, ReadOnlySpan<int> lengths = default);

    /// <inheritdoc/>
    public virtual void BeginTraining(Optimizer optimizer, ClassWeights? weights = null) => (_optimizer, _batch.ClassWeights) = (optimizer, weights);

    /// <inheritdoc/>
    public double Step(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate, Span<float> inputGradient = default)
    {
        Optimizer optimizer = _optimizer ?? throw new InvalidOperationException($"{nameof(BeginTraining)} must be called before {nameof(Step)}.");
        Gather(data, samples);
        return Update(optimizer, learningRate, inputGradient);
    }

    /// <inheritdoc/>
    public double Gradients(Dataset data, ReadOnlySpan<int> samples, ClassWeights? weights, Span<float> gradients, Span<float> inputGradient = default)
    {
        RequireLength(gradients.Length, _gradients.Length);
        _batch.ClassWeights = weights;
        Gather(data, samples);
        return LossAndGradients(gradients, inputGradient);
    }

    /// <inheritdoc/>
    public void GetGradients(Span<float> gradients)
    {
        RequireLength(gradients.Length, _gradients.Length);
        if (!_hasGradients)
        {
            ComputeGradients(inputGradient: default);
        }

        _gradients.CopyTo(gradients);
    }

    /// <inheritdoc/>
    public void Collect()
    {
        // The optimizer's state was updated in place.
    }

    /// <summary>Whether all gradients are finite.</summary>
    private protected virtual bool AllFinite(ReadOnlySpan<float> gradients) => FiniteCheck.FirstNotFinite(gradients) < 0;

    /// <summary>Updates the weights from gradients.</summary>
    private protected virtual void Apply(Optimizer optimizer, ReadOnlySpan<float> gradients, double learningRate) =>
        optimizer.Step(Parameters, gradients, learningRate);

    /// <summary>One update on the batch: returns the mean loss before it; not finite if no update was made.</summary>
    private protected virtual double Update(Optimizer optimizer, double learningRate, Span<float> inputGradient)
    {
        double loss = ComputeGradients(inputGradient);
        if (!double.IsFinite(loss))
        {
            return loss;
        }

        if (!AllFinite(_gradients) || !AllFinite(inputGradient))
        {
            return double.NaN;
        }

        Apply(optimizer, _gradients, learningRate);
        return loss;
    }

    /// <summary>The logits, the mean loss and its gradients of the batch of the update; that of the input if it is not empty.</summary>
    private protected virtual double LossAndGradients(Span<float> gradients, Span<float> inputGradient) => _batch.ClassWeights is null
        ? LossAndGradients(_batch.Inputs, _batch.Labels, BatchLogits, gradients, inputGradient, _batch.Lengths)
        : throw new NotSupportedException($"training.classWeights: {GetType().Name} cannot weight classes. Remove them, or use another engine.");

    /// <summary>The batch of the update.</summary>
    private protected HostBatch Batch => _batch;

    /// <summary>Space for its logits, [B, C].</summary>
    private protected Span<float> BatchLogits => _logits.AsSpan(0, _batch.Samples * Spec.Model.Head.Outputs);

    private double ComputeGradients(Span<float> inputGradient)
    {
        _hasGradients = true;
        return LossAndGradients(_gradients, inputGradient);
    }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    private void Gather(Dataset data, ReadOnlySpan<int> samples)
    {
        _hasGradients = false;
        _batch.Gather(data, samples);
        if (_logits.Length < samples.Length * Spec.Model.Head.Outputs)
        {
            _logits = new float[samples.Length * Spec.Model.Head.Outputs];
        }
    }

    private void RequireLength(int length, int needed)
    {
        if (length != needed)
        {
            throw new ArgumentException($"The buffer has {length} values, but the parameters of {Spec.Name} take {needed}.");
        }
    }
}
