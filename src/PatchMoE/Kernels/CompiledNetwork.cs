using System.ComponentModel;
using Microsoft.Extensions.ObjectPool;

namespace PatchMoE.Kernels;

/// <summary>
/// The base of every emitted network: holds the parameters, checks the arrays of a pass, pins them and runs the emitted share of it on the threads of a workspace.
/// The passes are those of <see cref="IPatchMoEModel"/>.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract unsafe class CompiledNetwork : IDisposable
{
    // Below these, sharing costs more than it saves; results do not depend on it. FLOPs are the forward pass's. Gradients and weights are in the
    // cache of the thread that wrote them last, so a training pass must be larger for sharing to pay off; less so where threads share experts, because
    // each then keeps to its own weights.
    private const long FewFlops = 2_000_000;
    private const long FewTrainingFlops = 4_000_000;
    private const long FewFlopsByExperts = 250_000;

    // Each worker reads the whole input.
    private const int MaxWorkersByExperts = 4;

    private readonly PassShare<ForwardPass> _forward;
    private readonly PassShare<ForwardPass> _features;
    private readonly PassShare<PredictPass> _predict;
    private readonly PassShare<RoutePass> _route;
    private readonly PassShare<GradientPass> _gradients;
    private readonly PassShare<GradientPass> _gradientsByExperts;
    private readonly Lazy<ObjectPool<Workspace>> _workspaces;
    private bool _disposed;

    // Whether a weight was found that is not 0. Weights are written through a span, so only looking tells; once is enough.
    private bool _hasWeights;

    /// <summary>Creates a network whose weights are 0.</summary>
    protected CompiledNetwork(NetworkSizes sizes)
    {
        Sizes = sizes;
        ParameterBuffer = new AlignedBuffer<float>(sizes.ParameterLength + sizes.TableLength);
        _forward = ForwardShare;
        _features = FeaturesShare;
        _predict = PredictShare;
        _route = RouteShare;
        _gradients = GradientShare;
        _gradientsByExperts = GradientShareByExperts;
        _workspaces = new(() => WorkspacePolicy.CreatePool(() => CreateWorkspace()));
    }

    /// <summary>The sizes.</summary>
    public NetworkSizes Sizes { get; }

    /// <summary>The parameters, for a library that shares their memory.</summary>
    public AlignedBuffer<float> ParameterBuffer { get; }

    /// <inheritdoc cref="IPatchMoEModel.Metadata"/>
    public ModelMetadata Metadata { get; set; } = ModelMetadata.None;

    /// <inheritdoc cref="INetworkWeights.Parameters"/>
    public Span<float> Parameters => ParameterBuffer.Span;

    /// <summary>A part of the parameters.</summary>
    public Span<float> Tensor(int offset, int length) => ParameterBuffer.Span.Slice(offset, length);

    /// <inheritdoc cref="IPatchMoEModel.CreateWorkspace"/>
    public Workspace CreateWorkspace(int threads = 1) => new(GetType(), Sizes, threads);

    /// <summary>Workspaces of one thread for calls that bring none.</summary>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    internal ObjectPool<Workspace> Workspaces => _disposed ? throw new ObjectDisposedException(Sizes.Model) : _workspaces.Value;

    /// <summary>Frees the workspaces of calls that brought none. Passes with a workspace go on working.</summary>
    public void Dispose()
    {
        _disposed = true;
        if (_workspaces.IsValueCreated)
        {
            (_workspaces.Value as IDisposable)?.Dispose();
        }

        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="IPatchMoEModel.Forward"/>
    public void Forward(ReadOnlySpan<float> input, Span<float> logits, Workspace workspace, ReadOnlySpan<int> lengths = default) =>
        Run(_forward, input, logits, Sizes.Outputs, nameof(logits), workspace, lengths);

    /// <inheritdoc cref="IPatchMoEModel.Features"/>
    public void Features(ReadOnlySpan<float> input, Span<float> features, Workspace workspace, ReadOnlySpan<int> lengths = default) =>
        Run(_features, input, features, Sizes.FeatureLength, nameof(features), workspace, lengths);

    /// <inheritdoc cref="IPatchMoEModel.Predict"/>
    public void Predict(ReadOnlySpan<float> input, Span<int> classes, Workspace workspace, ReadOnlySpan<int> lengths = default)
    {
        int batch = classes.Length;
        RequireWeights();
        CheckSamples(input.Length, batch, lengths);
        fixed (float* firstInput = input)
        fixed (int* firstLength = lengths, firstClass = classes)
        {
            Run(_predict, new PredictPass(new InputBatch(batch, firstInput, null, firstLength), firstClass), new InputValues(input), workspace, ForwardSlots(batch));
        }
    }

    /// <inheritdoc cref="IPatchMoEModel.Route"/>
    public void Route(
        ReadOnlySpan<float> input,
        Span<int> routes,
        Span<float> scores,
        Span<float> gates,
        Workspace workspace,
        ReadOnlySpan<int> lengths = default)
    {
        if (Sizes.Routes == 0)
        {
            throw new ArgumentException("Layer 0 is dense: every expert sees every patch, so there are no routes.");
        }

        int batch = Guard.Batch(routes.Length, Sizes.Routes, nameof(routes));
        CheckSamples(input.Length, batch, lengths);
        Guard.OptionalLength(scores.Length, batch, Sizes.Routes, nameof(scores));
        Guard.OptionalLength(gates.Length, batch, Sizes.Routes, nameof(gates));
        fixed (float* firstInput = input, firstScore = scores, firstGate = gates)
        fixed (int* firstLength = lengths, firstRoute = routes)
        {
            RoutePass pass = new(new InputBatch(batch, firstInput, null, firstLength), firstRoute, firstScore, firstGate);
            Run(_route, pass, new InputValues(input), workspace, slots: 1);
        }
    }

    /// <inheritdoc cref="IPatchMoEModel.LossAndGradients"/>
    public double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Workspace workspace,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default)
    {
        CheckInput(input.Length, labels.Length);
        return Differentiate(new InputValues(input), samples: default, labels, weights: default, logits, gradients, inputGradient, workspace, lengths);
    }

    /// <summary>The same for samples that are read where they lie in a data set.</summary>
    /// <param name="data">[N, input length].</param>
    /// <param name="samples">[B], the batch: indices of samples, each as often as it is to count.</param>
    /// <param name="labels">[B], as in the other overload, like all that follow but the last.</param>
    /// <param name="logits">[B, C], written.</param>
    /// <param name="gradients">As long as the parameters, overwritten.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="lengths">[B] or [B, groups]; empty if all patches are valid.</param>
    /// <param name="weights">[B], how much each sample counts in the loss, with the mean 1; empty if all count the same.</param>
    /// <param name="inputGradient">[B, input length], overwritten; empty if not wanted.</param>
    /// <exception cref="ArgumentException">A length, an index or a label does not fit, or the workspace is another model's.</exception>
    internal double LossAndGradients(
        InputValues data,
        ReadOnlySpan<int> samples,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Workspace workspace,
        ReadOnlySpan<int> lengths = default,
        ReadOnlySpan<float> weights = default,
        Span<float> inputGradient = default)
    {
        RequireReadable(data);
        CheckIndices(data.Length, samples, labels.Length);
        return Differentiate(data, samples, labels, weights, logits, gradients, inputGradient, workspace, lengths);
    }

    /// <inheritdoc cref="IPatchMoEModel.SgdStep"/>
    public double SgdStep(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        double learningRate,
        double weightDecay,
        Workspace workspace,
        ReadOnlySpan<int> lengths = default)
    {
        CheckInput(input.Length, labels.Length);
        return Update(new InputValues(input), samples: default, labels, weights: default, logits, learningRate, weightDecay, workspace, lengths);
    }

    /// <summary>The same for samples that are read where they lie in a data set.</summary>
    /// <param name="data">[N, input length].</param>
    /// <param name="samples">[B], the batch: indices of samples, each as often as it is to count.</param>
    /// <param name="labels">[B], as in the other overload, like all that follow but the last.</param>
    /// <param name="logits">[B, C], written.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="lengths">[B] or [B, groups]; empty if all patches are valid.</param>
    /// <param name="weights">[B], how much each sample counts in the loss, with the mean 1; empty if all count the same.</param>
    /// <exception cref="ArgumentException">A length, an index or a label does not fit, or the workspace is another model's.</exception>
    internal double SgdStep(
        InputValues data,
        ReadOnlySpan<int> samples,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        double learningRate,
        double weightDecay,
        Workspace workspace,
        ReadOnlySpan<int> lengths = default,
        ReadOnlySpan<float> weights = default)
    {
        RequireReadable(data);
        CheckIndices(data.Length, samples, labels.Length);
        return Update(data, samples, labels, weights, logits, learningRate, weightDecay, workspace, lengths);
    }

    /// <inheritdoc cref="IPatchMoEModel.Backward"/>
    public void Backward(
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> logitsGradient,
        Span<float> gradients,
        Workspace workspace,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default)
    {
        int batch = Guard.Batch(logitsGradient.Length, Sizes.Outputs, nameof(logitsGradient));
        Backward(input, batch, logitsGradient, skipsHead: false, gradients, workspace, inputGradient, lengths);
    }

    /// <inheritdoc cref="IPatchMoEModel.BackwardFeatures"/>
    public void BackwardFeatures(
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> featuresGradient,
        Span<float> gradients,
        Workspace workspace,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default)
    {
        int batch = Guard.Batch(featuresGradient.Length, Sizes.FeatureLength, nameof(featuresGradient));
        Backward(input, batch, featuresGradient, skipsHead: true, gradients, workspace, inputGradient, lengths);
    }

    /// <summary>The logits of a batch, and the routes of its samples in layer 0, in one pass.</summary>
    /// <param name="input">[B, input length].</param>
    /// <param name="logits">[B, C], written.</param>
    /// <param name="routes">[B, routes of a sample], written; empty if not wanted.</param>
    /// <param name="workspace">Scratch and threads.</param>
    /// <param name="lengths">Valid patches; empty if all are valid.</param>
    internal void Forward(InputValues input, Span<float> logits, Span<int> routes, Workspace workspace, ReadOnlySpan<int> lengths)
    {
        int batch = Guard.Batch(logits.Length, Sizes.Outputs, nameof(logits));
        RequireWeights();
        RequireReadable(input);
        CheckSamples(input.Length, batch, lengths);
        Guard.OptionalLength(routes.Length, batch, Sizes.Routes, nameof(routes));
        fixed (float* firstInput = input.Floats, firstOutput = logits)
        fixed (byte* firstPixel = input.Pixels)
        fixed (int* firstLength = lengths, firstRoute = routes)
        {
            InputBatch samples = new(batch, firstInput, null, firstLength, firstPixel);
            Run(_forward, new ForwardPass(samples, firstOutput, firstRoute), input, workspace, ForwardSlots(batch));
        }
    }

    /// <summary>One worker's share of the logits.</summary>
    protected abstract void ForwardShare(in ForwardPass pass, Workspace workspace, int worker);

    /// <summary>One worker's share of the feature vectors.</summary>
    protected abstract void FeaturesShare(in ForwardPass pass, Workspace workspace, int worker);

    /// <summary>One worker's share of the classes.</summary>
    protected abstract void PredictShare(in PredictPass pass, Workspace workspace, int worker);

    /// <summary>One worker's share of the gradients, where workers share samples.</summary>
    protected abstract void GradientShare(in GradientPass pass, Workspace workspace, int worker);

    /// <summary>One worker's share of the routes; never called if layer 0 is dense.</summary>
    protected virtual void RouteShare(in RoutePass pass, Workspace workspace, int worker) => throw new NotSupportedException();

    /// <summary>One worker's share of the gradients, where workers share experts; see <see cref="NetworkSizes.SharedBatch"/>.</summary>
    protected virtual void GradientShareByExperts(in GradientPass pass, Workspace workspace, int worker) => throw new NotSupportedException();

    private void Run(
        PassShare<ForwardPass> share, ReadOnlySpan<float> input, Span<float> outputs, int perSample, string name, Workspace workspace, ReadOnlySpan<int> lengths)
    {
        int batch = Guard.Batch(outputs.Length, perSample, name);
        RequireWeights();
        CheckSamples(input.Length, batch, lengths);
        fixed (float* firstInput = input, firstOutput = outputs)
        fixed (int* firstLength = lengths)
        {
            Run(share, new ForwardPass(new InputBatch(batch, firstInput, null, firstLength), firstOutput), new InputValues(input), workspace, ForwardSlots(batch));
        }
    }

    /// <summary>The gradients of a batch whose input is checked: <paramref name="samples"/> of it, or all where there are none.</summary>
    private double Differentiate(
        InputValues input,
        ReadOnlySpan<int> samples,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> weights,
        Span<float> logits,
        Span<float> gradients,
        Span<float> inputGradient,
        Workspace workspace,
        ReadOnlySpan<int> lengths)
    {
        CheckLabels(labels, logits, lengths);
        Guard.OptionalLength(weights.Length, labels.Length, 1, nameof(weights));
        CheckGradients(labels.Length, gradients, inputGradient);
        fixed (float* firstInput = input.Floats, firstWeight = weights, firstLogit = logits, firstGradient = gradients, firstInputGradient = inputGradient)
        fixed (byte* firstPixel = input.Pixels)
        fixed (int* firstSample = samples, firstLength = lengths, firstLabel = labels)
        {
            InputBatch batch = new(labels.Length, firstInput, firstSample, firstLength, firstPixel);
            return Run(GradientPass.OfLoss(batch, firstLabel, firstWeight, firstLogit, firstGradient, firstInputGradient), workspace).Loss / labels.Length;
        }
    }

    /// <summary>The update for such a batch.</summary>
    private double Update(
        InputValues input,
        ReadOnlySpan<int> samples,
        ReadOnlySpan<int> labels,
        ReadOnlySpan<float> weights,
        Span<float> logits,
        double learningRate,
        double weightDecay,
        Workspace workspace,
        ReadOnlySpan<int> lengths)
    {
        CheckLabels(labels, logits, lengths);
        Guard.OptionalLength(weights.Length, labels.Length, 1, nameof(weights));
        fixed (float* firstInput = input.Floats, firstWeight = weights, firstLogit = logits, firstGradient = workspace.OwnGradients(Sizes.ParameterLength))
        fixed (byte* firstPixel = input.Pixels)
        fixed (int* firstSample = samples, firstLength = lengths, firstLabel = labels)
        {
            InputBatch batch = new(labels.Length, firstInput, firstSample, firstLength, firstPixel);
            (double loss, bool isFinite) = Run(GradientPass.OfLoss(batch, firstLabel, firstWeight, firstLogit, firstGradient, null).Updating(learningRate, weightDecay), workspace);
            return isFinite ? loss / labels.Length : double.NaN;
        }
    }

    private void Backward(
        ReadOnlySpan<float> input,
        int batch,
        ReadOnlySpan<float> upstream,
        bool skipsHead,
        Span<float> gradients,
        Workspace workspace,
        Span<float> inputGradient,
        ReadOnlySpan<int> lengths)
    {
        CheckSamples(input.Length, batch, lengths);
        CheckGradients(batch, gradients, inputGradient);
        fixed (float* firstInput = input, firstUpstream = upstream, firstGradient = gradients, firstInputGradient = inputGradient)
        fixed (int* firstLength = lengths)
        {
            InputBatch samples = new(batch, firstInput, null, firstLength);
            Run(GradientPass.OfUpstream(samples, firstUpstream, skipsHead, firstGradient, firstInputGradient), workspace);
        }
    }

    /// <summary>Runs a pass without gradients, which checks its input: a value that is not finite in a patch that no expert takes would go unnoticed.</summary>
    private void Run<TPass>(PassShare<TPass> share, in TPass pass, InputValues input, Workspace workspace, int slots)
        where TPass : struct
    {
        bool isFinite;
        workspace.Enter(GetType(), Sizes.Model);
        try
        {
            workspace.Run(share, in pass, slots, alone: IsSmall(input.Length / Sizes.InputLength, FewFlops));
            isFinite = workspace.IsFinite;
        }
        finally
        {
            workspace.Leave();
        }

        if (!isFinite)
        {
            Guard.Finite(input.Floats, Sizes.InputLength);
        }
    }

    /// <summary>Runs a pass with gradients.</summary>
    /// <returns>The sum of the losses, and whether every loss and logit is finite.</returns>
    private (double Loss, bool IsFinite) Run(GradientPass pass, Workspace workspace)
    {
        int batch = pass.Batch.Count;
        int slots = Math.Min(batch, Sizes.Window);
        workspace.Enter(GetType(), Sizes.Model);
        try
        {
            if (pass.HasLoss && !pass.HasInputGradient && SharesExperts(batch, workspace))
            {
                workspace.Run(_gradientsByExperts, in pass, slots * workspace.Threads, alone: false);
            }
            else
            {
                workspace.Run(_gradients, in pass, slots, IsSmall(batch, FewTrainingFlops));
            }

            return (workspace.Loss, workspace.IsFinite);
        }
        finally
        {
            workspace.Leave();
        }
    }

    /// <summary>Refuses to answer with a network that was neither initialised nor loaded: all of its answers would be 0.</summary>
    private void RequireWeights()
    {
        if (!_hasWeights && !(_hasWeights = ParameterBuffer.Span[..Sizes.ParameterLength].ContainsAnyExcept(0f)))
        {
            throw new InvalidOperationException(
                $"{Sizes.Model}: all weights are 0, so it was neither loaded nor trained. Load its weights (Load), or initialise it (Initialize) and train it.");
        }
    }

    private bool SharesExperts(int batch, Workspace workspace) =>
        workspace.Threads is > 1 and <= MaxWorkersByExperts && batch <= Sizes.SharedBatch && Sizes.ExpertParts % workspace.Threads == 0
        && (!IsSmall(batch, FewFlopsByExperts) || workspace.SharesSmallPasses);

    private bool IsSmall(int batch, long fewFlops) => batch * Sizes.SampleFlops < fewFlops;

    private int ForwardSlots(int batch) => Math.Min(batch, Sizes.ForwardWindow);

    private void RequireReadable(InputValues input)
    {
        if (!input.Pixels.IsEmpty && !Sizes.TakesPixels)
        {
            throw new NotSupportedException($"{Sizes.Model} reads its input where it lies, which must be floats.");
        }
    }

    private void CheckInput(int length, int batch) => Guard.Length(length, batch, Sizes.InputLength, "input");

    private void CheckIndices(int length, ReadOnlySpan<int> samples, int batch) =>
        Guard.Samples(samples, batch, Guard.Batch(length, Sizes.InputLength, "data"));

    private void CheckSamples(int length, int batch, ReadOnlySpan<int> lengths)
    {
        CheckInput(length, batch);
        CheckLengths(lengths, batch);
    }

    private void CheckLengths(ReadOnlySpan<int> lengths, int batch)
    {
        if (!Sizes.HasLengths)
        {
            Guard.NoLengths(lengths.Length, Sizes.Model);
        }

        Guard.Lengths(lengths, batch, Sizes.Groups, Sizes.Patches);
    }

    private void CheckLabels(ReadOnlySpan<int> labels, Span<float> logits, ReadOnlySpan<int> lengths)
    {
        Guard.NotEmpty(labels.Length);
        Guard.Labels(labels, Sizes.Loss, Sizes.Outputs);
        CheckLengths(lengths, labels.Length);
        Guard.Length(logits.Length, labels.Length, Sizes.Outputs, nameof(logits));
    }

    private void CheckGradients(int batch, Span<float> gradients, Span<float> inputGradient)
    {
        Guard.Gradients(gradients.Length, Sizes.ParameterLength);
        Guard.OptionalLength(inputGradient.Length, batch, Sizes.InputLength, nameof(inputGradient));
    }
}
