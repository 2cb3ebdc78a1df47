using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Training.Engines;

/// <summary>An engine whose weights, gradients and optimizer live in this process's memory: a pass is all that it adds.</summary>
public abstract class HostEngine : ITrainingEngine
{
    private readonly float[] _gradients;
    private float[] _inputs = [];
    private int[] _labels = [];
    private int[] _lengths = [];
    private float[] _logits = [];
    private Optimizer? _optimizer;

    // The batch that the arrays hold, and whether the gradients are its.
    private int _batch;
    private int _inputLength;
    private int _lengthsPerSample;
    private bool _hasGradients;

    private protected HostEngine(PatchMoESpec spec)
    {
        Spec = spec;
        _gradients = new float[ModelParameters.BufferLength(spec.Model.Parameters())];
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
        RequireLength(parameters.Length);
        parameters.CopyTo(Parameters);
    }

    /// <inheritdoc/>
    public void GetParameters(Span<float> parameters)
    {
        RequireLength(parameters.Length);
        Parameters.CopyTo(parameters);
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
    public virtual void BeginTraining(Optimizer optimizer) => _optimizer = optimizer;

    /// <inheritdoc/>
    public double Step(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate)
    {
        Optimizer optimizer = _optimizer ?? throw new InvalidOperationException($"{nameof(BeginTraining)} comes before {nameof(Step)}.");
        Gather(data, samples);
        return Update(optimizer, learningRate);
    }

    /// <inheritdoc/>
    public void GetGradients(Span<float> gradients)
    {
        RequireLength(gradients.Length);
        if (!_hasGradients)
        {
            ComputeGradients();
        }

        _gradients.CopyTo(gradients);
    }

    /// <inheritdoc/>
    public void Collect()
    {
        // The optimizer's state was updated where it lies.
    }

    /// <summary>Whether all gradients are finite.</summary>
    private protected virtual bool AllFinite(ReadOnlySpan<float> gradients) => FiniteCheck.FirstNotFinite(gradients) < 0;

    /// <summary>Updates the weights from gradients.</summary>
    private protected virtual void Apply(Optimizer optimizer, ReadOnlySpan<float> gradients, double learningRate) =>
        optimizer.Step(Parameters, gradients, learningRate);

    /// <summary>One update on the gathered batch: the mean loss before it; not finite if there was none.</summary>
    private protected virtual double Update(Optimizer optimizer, double learningRate)
    {
        double loss = ComputeGradients();
        if (!double.IsFinite(loss))
        {
            return loss;
        }

        if (!AllFinite(_gradients))
        {
            return double.NaN;
        }

        Apply(optimizer, _gradients, learningRate);
        return loss;
    }

    /// <summary>The gathered samples, [B, …].</summary>
    private protected ReadOnlySpan<float> BatchInputs => _inputs.AsSpan(0, _batch * _inputLength);

    /// <summary>Their labels, [B].</summary>
    private protected ReadOnlySpan<int> BatchLabels => _labels.AsSpan(0, _batch);

    /// <summary>Room for their logits, [B, C].</summary>
    private protected Span<float> BatchLogits => _logits.AsSpan(0, _batch * Spec.Model.Head.Outputs);

    /// <summary>Their counts of valid patches, or empty.</summary>
    private protected ReadOnlySpan<int> BatchLengths => _lengths.AsSpan(0, _batch * _lengthsPerSample);

    private double ComputeGradients()
    {
        _hasGradients = true;
        return LossAndGradients(BatchInputs, BatchLabels, BatchLogits, _gradients, lengths: BatchLengths);
    }

    /// <inheritdoc/>
    public virtual void Dispose() => GC.SuppressFinalize(this);

    private void Gather(Dataset data, ReadOnlySpan<int> samples)
    {
        (_batch, _inputLength, _lengthsPerSample, _hasGradients) = (samples.Length, data.InputLength, data.LengthsPerSample, false);
        if (_labels.Length < samples.Length || _inputs.Length < samples.Length * data.InputLength || _lengths.Length < samples.Length * data.LengthsPerSample)
        {
            _inputs = SampleArray.Allocate(samples.Length, data.InputLength, "training.batch");
            _labels = new int[samples.Length];
            _lengths = new int[samples.Length * data.LengthsPerSample];
            _logits = new float[samples.Length * Spec.Model.Head.Outputs];
        }

        for (int i = 0; i < samples.Length; i++)
        {
            data.InputsOf(samples[i], 1).CopyTo(_inputs.AsSpan(i * data.InputLength));
            data.LengthsOf(samples[i], 1).CopyTo(_lengths.AsSpan(i * data.LengthsPerSample));
            _labels[i] = data.Labels[samples[i]];
        }
    }

    private void RequireLength(int length)
    {
        if (length != _gradients.Length)
        {
            throw new ArgumentException($"The buffer has {length} values, and the parameters of {Spec.Name} take {_gradients.Length}.");
        }
    }
}
