using System.Diagnostics;
using System.Runtime.InteropServices;
using PatchMoE.Kernels;
using PatchMoE.Training.Collectives;
using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Training.Engines;

/// <summary>
/// An engine that cuts each batch into shares, has an inner engine compute those of this process, and adds up the gradients of all processes' shares. Every process then makes the same update
/// of its own copy of the weights. The shares and the order of the sum are fixed, so the bits do not depend on the number of processes. Evaluations are shared in the same way.
/// </summary>
internal sealed class SharedEngine : ITrainingEngine, ISampleEngine
{
    /// <summary>The number of updates between two comparisons of the processes' weights.</summary>
    private const int CheckEvery = 64;

    private readonly IGradientEngine _engine;
    private readonly ICollective _collective;
    private readonly ShareTree _tree;
    private readonly ShareSums _sums;
    private readonly ShareValues _computeShare;
    private readonly bool _plain;
    private readonly int _shares;
    private readonly float[] _parameters;
    private readonly ParameterSpec[] _statistics;
    private readonly double[] _weights;
    private readonly double[] _losses;
    private readonly int[] _counts;
    private readonly ProcessReports _reports;
    private readonly CancellationTokenSource _stop = new();
    private Optimizer? _optimizer;
    private ClassWeights? _classWeights;
    private CancellationToken _wanted;
    private int _updates;

    // The batch of the update: what the computation of a share needs.
    private Dataset? _data;
    private int[] _samples = [];
    private int _batch;
    private float[] _inputGradient = [];
    private bool _wantsInputGradient;

    /// <summary>Creates the engine.</summary>
    /// <param name="engine">Computes the shares; the caller owns and disposes it.</param>
    /// <param name="collective">The processes.</param>
    /// <param name="shares">The number of shares.</param>
    /// <param name="plain">Whether the collective adds up, in its own order; then there is one share for each process.</param>
    /// <exception cref="BadInputException">There are more processes than shares.</exception>
    public SharedEngine(IGradientEngine engine, ICollective collective, int shares, bool plain)
    {
        if (ShareTree.TooFew(shares, collective.Size) is { } mistake)
        {
            throw new BadInputException(mistake);
        }

        ModelSpec model = engine.Spec.Model;
        (_engine, _collective, _shares, _plain) = (engine, collective, shares, plain);
        _tree = new ShareTree(_shares, collective.Size);
        _sums = new ShareSums(collective, _tree, model.NetworkLength());
        _computeShare = ComputeShare;
        _parameters = new float[ModelParameters.BufferLength(model.Parameters())];
        _statistics = [.. model.Parameters().Where(parameter => parameter.Role is ParameterRole.NormMean or ParameterRole.NormVariance)];
        (_weights, _losses, _counts) = (new double[_shares], new double[_shares], new int[collective.Size]);
        _reports = new ProcessReports(collective, _tree);
    }

    /// <inheritdoc/>
    public PatchMoESpec Spec => _engine.Spec;

    /// <inheritdoc/>
    public string Device => _engine.Device;

    /// <summary>The time spent on exchanges so far, with the wait for slower processes.</summary>
    public TimeSpan ExchangeTime { get; private set; }

    /// <summary>Turns the wish of any process to stop into a signal that all processes get between the same two updates.</summary>
    /// <param name="wanted">This process's wish.</param>
    public CancellationToken Agree(CancellationToken wanted)
    {
        _wanted = wanted;
        return _collective.Size == 1 ? wanted : _stop.Token;
    }

    /// <inheritdoc/>
    public void SetParameters(ReadOnlySpan<float> parameters)
    {
        _engine.SetParameters(parameters);
        parameters.CopyTo(_parameters);
    }

    /// <inheritdoc/>
    public void GetParameters(Span<float> parameters)
    {
        int length = parameters.Length == _parameters.Length
            ? _sums.Values.Length
            : throw new ArgumentException($"The buffer has {parameters.Length} values, but the parameters of {Spec.Name} take {_parameters.Length}.");
        _parameters.AsSpan(0, length).CopyTo(parameters);
    }

    /// <inheritdoc/>
    public void Forward(ReadOnlySpan<float> input, Span<float> logits, ReadOnlySpan<int> lengths = default)
    {
        int batch = logits.Length / Spec.Model.Head.Outputs;
        foreach ((int from, int to) in OwnParts(batch))
        {
            _engine.Forward(Part(input, batch, from, to), Part(logits, batch, from, to), Part(lengths, batch, from, to));
        }

        GatherSamples(logits, batch);
    }

    /// <inheritdoc/>
    public bool ReportsRoutes => _engine.ReportsRoutes();

    /// <inheritdoc/>
    /// <remarks>Each process reads only its own samples.</remarks>
    public void Forward(Dataset data, int start, Span<float> logits, Span<int> routes, ref float[] buffer)
    {
        int batch = logits.Length / Spec.Model.Head.Outputs;
        foreach ((int from, int to) in OwnParts(batch))
        {
            _engine.ForwardOf(data, start + from, Part(logits, batch, from, to), Part(routes, batch, from, to), ref buffer);
        }

        GatherSamples(logits, batch);
        if (!routes.IsEmpty)
        {
            GatherSamples(MemoryMarshal.Cast<int, float>(routes), batch, hasReported: true);
        }
    }

    /// <inheritdoc/>
    public void Route(ReadOnlySpan<float> input, Span<int> routes, ReadOnlySpan<int> lengths = default)
    {
        int batch = input.Length / Spec.Model.InputLength();
        foreach ((int from, int to) in OwnParts(batch))
        {
            _engine.Route(Part(input, batch, from, to), Part(routes, batch, from, to), Part(lengths, batch, from, to));
        }

        GatherSamples(MemoryMarshal.Cast<int, float>(routes), batch);
    }

    /// <inheritdoc/>
    /// <remarks>Not shared: the inner engine's.</remarks>
    public double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default) => _engine.LossAndGradients(input, labels, logits, gradients, inputGradient, lengths);

    /// <inheritdoc/>
    public void BeginTraining(Optimizer optimizer, ClassWeights? weights = null) => (_optimizer, _classWeights) = (optimizer, weights);

    /// <inheritdoc/>
    public double Step(Dataset data, ReadOnlySpan<int> samples, ReadOnlySpan<int> next, double learningRate, Span<float> inputGradient = default)
    {
        Optimizer optimizer = _optimizer ?? throw new InvalidOperationException($"{nameof(BeginTraining)} must be called before {nameof(Step)}.");
        Load(data, samples, inputGradient.Length);
        if (_plain)
        {
            ComputeShare(_collective.Rank, _sums.Values);
        }
        else
        {
            _sums.Compute(_computeShare);
        }

        double loss = AddUp(inputGradient);
        if (!double.IsFinite(loss))
        {
            return loss;
        }

        if (FiniteCheck.FirstNotFinite(_sums.Values) >= 0 || FiniteCheck.FirstNotFinite(inputGradient) >= 0)
        {
            return double.NaN;
        }

        optimizer.Step(_parameters, _sums.Values, learningRate);
        foreach (ParameterSpec statistic in _statistics)
        {
            _sums.Values.Slice(statistic.Offset, statistic.Length).CopyTo(_parameters.AsSpan(statistic.Offset));
        }

        _engine.SetParameters(_parameters);
        _updates++;
        return loss;
    }

    /// <inheritdoc/>
    public void GetGradients(Span<float> gradients) => _sums.Values.CopyTo(gradients);

    /// <inheritdoc/>
    public void Collect()
    {
        // The optimizer's state was updated in place.
    }

    /// <inheritdoc/>
    public void Dispose() => _stop.Dispose();

    private void Load(Dataset data, ReadOnlySpan<int> samples, int inputGradient)
    {
        if (_samples.Length < samples.Length)
        {
            _samples = new int[samples.Length];
        }

        if (_inputGradient.Length < inputGradient)
        {
            _inputGradient = new float[inputGradient];
        }

        samples.CopyTo(_samples);
        (_data, _batch, _wantsInputGradient) = (data, samples.Length, inputGradient > 0);
        double all = 0;
        for (int share = 0; share < _shares; share++)
        {
            (int from, int to) = Lines.Share(_batch, share, _shares);
            _weights[share] = _classWeights is null ? to - from : 0;
            for (int i = from; i < to && _classWeights is not null; i++)
            {
                _weights[share] += _classWeights.Of(data.Labels[samples[i]]);
            }

            all += _weights[share];
        }

        for (int share = 0; share < _shares; share++)
        {
            _weights[share] /= all;
        }
    }

    /// <summary>A share's part of the gradients and statistics: weighted by how much its samples count in the mean loss of the batch.</summary>
    private void ComputeShare(int share, Span<float> values)
    {
        (int from, int to) = Lines.Share(_batch, share, _shares);
        int length = Spec.Model.InputLength();
        Span<float> inputGradient = _wantsInputGradient ? _inputGradient.AsSpan(from * length, (to - from) * length) : [];
        if (_weights[share] == 0)
        {
            // The last batch of an epoch may have fewer samples than there are shares.
            values.Clear();
            inputGradient.Clear();
            _losses[share] = 0;
            return;
        }

        _losses[share] = _weights[share] * _engine.Gradients(_data!, _samples.AsSpan(from, to - from), _classWeights, values, inputGradient);
        FloatSums.Scale(values, (float)_weights[share]);
        FloatSums.Scale(inputGradient, (float)_weights[share]);
    }

    /// <summary>Adds up the shares of all processes: the gradients, and the loss, which is returned.</summary>
    private double AddUp(Span<float> inputGradient)
    {
        long started = Stopwatch.GetTimestamp();
        if (_collective.Size > 1)
        {
            Report(_losses);
            if (_plain)
            {
                _collective.Sum(_sums.Values);
            }
            else
            {
                _sums.Finish();
            }
        }

        if (_wantsInputGradient)
        {
            Span<float> gathered = _inputGradient.AsSpan(0, inputGradient.Length);
            GatherSamples(gathered, _batch, hasReported: true);
            gathered.CopyTo(inputGradient);
        }

        if (_collective.Size > 1)
        {
            ExchangeTime += Stopwatch.GetElapsedTime(started);
        }

        double loss = 0;
        foreach (double share in _losses)
        {
            loss += share;
        }

        return loss;
    }

    /// <summary>The samples of this process's shares, share by share; a share of a small batch may have none, and is left out.</summary>
    private IEnumerable<(int From, int To)> OwnParts(int batch)
    {
        ShareTree.Node own = _tree.SharesOf(_collective.Rank);
        return Enumerable.Range(own.First, own.End - own.First).Select(share => Lines.Share(batch, share, _shares)).Where(part => part.To > part.From);
    }

    /// <summary>Gives all processes what each has computed for its samples.</summary>
    private void GatherSamples(Span<float> values, int batch, bool hasReported = false)
    {
        if (_collective.Size == 1)
        {
            return;
        }

        for (int process = 0; process < _counts.Length; process++)
        {
            (int from, int to) = _tree.SamplesOf(process, batch);
            _counts[process] = (to - from) * (values.Length / batch);
        }

        if (!hasReported)
        {
            Report([]);
        }

        _collective.Gather(values, _counts);
    }

    /// <summary>Tells the other processes the losses of this one's shares, whether it is to stop, and now and then what its weights are.</summary>
    private void Report(Span<double> losses)
    {
        ulong weights = !losses.IsEmpty && _updates % CheckEvery == 0 ? ProcessReports.Checksum(_parameters.AsSpan(0, _sums.Values.Length)) : 0;
        if (_reports.Exchange(losses, weights, _wanted.IsCancellationRequested))
        {
            _stop.Cancel();
        }
    }

    private static ReadOnlySpan<T> Part<T>(ReadOnlySpan<T> values, int batch, int from, int to)
    {
        int length = values.Length / batch;
        return values.Slice(from * length, (to - from) * length);
    }

    private static Span<T> Part<T>(Span<T> values, int batch, int from, int to)
    {
        int length = values.Length / batch;
        return values.Slice(from * length, (to - from) * length);
    }
}
