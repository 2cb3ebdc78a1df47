using PatchMoE.Kernels;
using PatchMoE.Training.Data;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Training.Engines;

/// <summary>A compiled model on this machine's processors. The weights are the model's own, and an update reads its samples where they lie in the training data.</summary>
public sealed class CpuEngine : HostEngine, ISampleEngine
{
    private readonly IPatchMoEModel _model;
    private readonly CompiledNetwork? _network;
    private readonly Workspace _workspace;
    private readonly Workspace? _owned;
    private readonly GradientCheck _check = new();

    // Whether the update can be part of an emitted pass: it uses SGD and includes every tensor with a gradient.
    private bool _fusesUpdate;

    /// <summary>Creates an engine with its own threads.</summary>
    /// <param name="model">The model.</param>
    /// <param name="threads">The number of threads that share a pass, ≥ 1.</param>
    public CpuEngine(IPatchMoEModel model, int threads)
        : this(model, model.CreateWorkspace(threads)) => _owned = _workspace;

    /// <summary>Creates an engine on a workspace.</summary>
    /// <param name="model">The model.</param>
    /// <param name="workspace">A workspace of this model; the caller owns and disposes it.</param>
    public CpuEngine(IPatchMoEModel model, Workspace workspace)
        : base(model.Spec, TakesPixels(model)) => (_model, _network, _workspace) = (model, (model as ICompiledModel)?.Network, workspace);

    /// <inheritdoc/>
    public override string Device => $"CPU, {_workspace.Threads} {(_workspace.Threads == 1 ? "thread" : "threads")}";

    private protected override Span<float> Parameters => _model.Parameters;

    /// <inheritdoc/>
    public override void Forward(ReadOnlySpan<float> input, Span<float> logits, ReadOnlySpan<int> lengths = default) =>
        _model.Forward(input, logits, _workspace, lengths);

    bool ISampleEngine.ReportsRoutes => _network is { Sizes.Routes: > 0 };

    void ISampleEngine.Forward(Dataset data, int start, Span<float> logits, Span<int> routes, ref float[] buffer)
    {
        int count = logits.Length / Spec.Model.Head.Outputs;
        ReadOnlySpan<int> lengths = data.LengthsOf(start, count);
        if (_network is null)
        {
            Forward(data.InputsOf(start, count, ref buffer), logits, lengths);
            return;
        }

        InputValues input = data.HasPixels && Batch.TakesPixels
            ? new InputValues(data.Values.Pixels.Slice(start * data.InputLength, count * data.InputLength))
            : new InputValues(data.InputsOf(start, count, ref buffer));
        _network.Forward(input, logits, routes, _workspace, lengths);
    }

    private static bool TakesPixels(IPatchMoEModel model) => model is ICompiledModel { Network.Sizes.TakesPixels: true };

    /// <inheritdoc/>
    public override double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default) => _model.LossAndGradients(input, labels, logits, gradients, _workspace, inputGradient, lengths);

    /// <inheritdoc/>
    public override void Route(ReadOnlySpan<float> input, Span<int> routes, ReadOnlySpan<int> lengths = default) =>
        _model.Route(input, routes, [], [], _workspace, lengths);

    /// <inheritdoc/>
    public override void BeginTraining(Optimizer optimizer, ClassWeights? weights = null)
    {
        base.BeginTraining(optimizer, weights);
        IEnumerable<(int, int)> all = _model.ParameterSpecs.Where(parameter => parameter.HasGradient && parameter.Role != ParameterRole.Embedding).Select(parameter => (parameter.Offset, parameter.Length));
        _fusesUpdate = optimizer is Sgd && optimizer.Trained.SequenceEqual(all);
    }

    private protected override bool AllFinite(ReadOnlySpan<float> gradients) => _check.AllFinite(gradients, _workspace);

    private protected override void Apply(Optimizer optimizer, ReadOnlySpan<float> gradients, double learningRate) =>
        optimizer.Step(Parameters, gradients, learningRate, _workspace);

    private protected override double LossAndGradients(Span<float> gradients, Span<float> inputGradient) => _network is null
        ? base.LossAndGradients(gradients, inputGradient)
        : _network.LossAndGradients(Batch.Data, Batch.Indices, Batch.Labels, BatchLogits, gradients, _workspace, Batch.Lengths, Batch.Weights, inputGradient);

    private protected override double Update(Optimizer optimizer, double learningRate, Span<float> inputGradient)
    {
        if (_network is null || !_fusesUpdate || !inputGradient.IsEmpty)
        {
            return base.Update(optimizer, learningRate, inputGradient);
        }

        double loss = _network.SgdStep(
            Batch.Data, Batch.Indices, Batch.Labels, BatchLogits, learningRate, optimizer.Spec.WeightDecay, _workspace, Batch.Lengths, Batch.Weights);
        if (double.IsFinite(loss))
        {
            optimizer.Steps++;
        }

        return loss;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _owned?.Dispose();
        base.Dispose();
    }
}
