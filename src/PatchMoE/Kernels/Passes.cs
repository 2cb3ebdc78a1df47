using System.ComponentModel;

namespace PatchMoE.Kernels;

/// <summary>One worker's share of a pass, emitted for a network; every worker's thread runs it at once.</summary>
/// <typeparam name="TPass">The pass: its arrays are pinned until it ends.</typeparam>
/// <param name="pass">What is computed.</param>
/// <param name="workspace">Scratch, and the barrier between phases.</param>
/// <param name="worker">0…threads−1.</param>
[EditorBrowsable(EditorBrowsableState.Never)]
public delegate void PassShare<TPass>(in TPass pass, Workspace workspace, int worker)
    where TPass : struct;

/// <summary>The samples of a pass.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct InputBatch
{
    private readonly float* _input;
    private readonly byte* _pixels;
    private readonly int* _samples;
    private readonly int* _lengths;

    /// <param name="count">B.</param>
    /// <param name="input">See <see cref="Input"/>; null if there are pixels.</param>
    /// <param name="samples">[B], which of the input's samples they are; null if they are all of them.</param>
    /// <param name="lengths">See <see cref="Lengths"/>; null if all patches are valid.</param>
    /// <param name="pixels">See <see cref="Pixels"/>; null if there are none.</param>
    internal InputBatch(int count, float* input, int* samples, int* lengths, byte* pixels = null)
    {
        Count = count;
        _input = input;
        _pixels = pixels;
        _samples = samples;
        _lengths = lengths;
    }

    /// <summary>B.</summary>
    public int Count { get; }

    /// <summary>[N, input length]: the batch, or a data set of which it is a part.</summary>
    public ref float Input => ref *_input;

    /// <summary>Whether the values are pixels.</summary>
    public bool HasPixels => _pixels != null;

    /// <summary>[N, input length], each pixel of which stands for pixel/255: in place of <see cref="Input"/>.</summary>
    public ref byte Pixels => ref *_pixels;

    /// <summary>Which sample of the input is the batch's sample <paramref name="b"/>.</summary>
    public int Sample(int b) => _samples == null ? b : _samples[b];

    /// <summary>Which sample follows it, to be asked for while it is decoded; the last is followed by itself.</summary>
    public int Next(int b) => Sample(b + 1 < Count ? b + 1 : b);

    /// <summary>Whether valid-patch counts were given.</summary>
    public bool HasLengths => _lengths != null;

    /// <summary>[B] or [B, groups].</summary>
    public ref int Lengths => ref *_lengths;

    /// <summary>The valid patches of an upper layer's instance: all up to the last with a valid patch below it; what follows is padding.</summary>
    /// <param name="first">The first of the groups below the instance, in <see cref="Lengths"/>.</param>
    /// <param name="patches">The instance's patches.</param>
    /// <param name="groups">The groups below each of them.</param>
    public int FilledPatches(nint first, int patches, int groups)
    {
        int last = (patches * groups) - 1;
        while (last >= 0 && _lengths[first + last] == 0)
        {
            last--;
        }

        return (last + groups) / groups;
    }
}

/// <summary>A pass that computes values for each sample: logits, or feature vectors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct ForwardPass
{
    private readonly float* _outputs;

    internal ForwardPass(InputBatch batch, float* outputs, int* routes = null)
    {
        Batch = batch;
        _outputs = outputs;
        HasRoutes = routes != null;
        Routes = new RoutePass(batch, routes, null, null);
    }

    /// <summary>Whether the routes of layer 0 are wanted, too.</summary>
    public bool HasRoutes { get; }

    /// <summary>Where they go.</summary>
    public readonly RoutePass Routes;

    /// <summary>The samples.</summary>
    public readonly InputBatch Batch;

    /// <summary>[B, C] logits or [B, m] features.</summary>
    public ref float Outputs => ref *_outputs;
}

/// <summary>A pass that computes the class of each sample.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct PredictPass
{
    private readonly int* _classes;

    internal PredictPass(InputBatch batch, int* classes)
    {
        Batch = batch;
        _classes = classes;
    }

    /// <summary>The samples.</summary>
    public readonly InputBatch Batch;

    /// <summary>[B].</summary>
    public ref int Classes => ref *_classes;
}

/// <summary>A pass that computes the routes of layer 0.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct RoutePass
{
    private readonly int* _routes;
    private readonly float* _scores;
    private readonly float* _gates;

    internal RoutePass(InputBatch batch, int* routes, float* scores, float* gates)
    {
        Batch = batch;
        _routes = routes;
        _scores = scores;
        _gates = gates;
    }

    /// <summary>The samples.</summary>
    public readonly InputBatch Batch;

    /// <summary>Writes one route.</summary>
    /// <param name="at">Its index in the arrays [B, groups, k, l].</param>
    /// <param name="route">The patch (sample routing: the expert); −1 if there is none.</param>
    /// <param name="score">Its score, written if scores are wanted.</param>
    /// <param name="gate">Its gate value, written if gate values are wanted.</param>
    public void Write(nint at, int route, float score, float gate)
    {
        _routes[at] = route;
        if (_scores != null)
        {
            _scores[at] = score;
        }

        if (_gates != null)
        {
            _gates[at] = gate;
        }
    }
}

/// <summary>A pass that computes gradients: from labels, or from a given gradient with respect to the logits or the feature vectors.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct GradientPass
{
    private readonly int* _labels;
    private readonly float* _weights;
    private readonly float* _logits;
    private readonly float* _upstream;
    private readonly float* _gradients;
    private readonly float* _inputGradient;

    private GradientPass(InputBatch batch, int* labels, float* weights, float* logits, float* upstream, float* gradients, float* inputGradient)
    {
        Batch = batch;
        _labels = labels;
        _weights = weights;
        _logits = logits;
        _upstream = upstream;
        _gradients = gradients;
        _inputGradient = inputGradient;
    }

    /// <summary>The samples.</summary>
    public readonly InputBatch Batch;

    /// <summary>Whether the pass starts from labels and has a loss.</summary>
    public bool HasLoss => _labels != null;

    /// <summary>[B]; only for a pass with a loss.</summary>
    public ref int Labels => ref *_labels;

    /// <summary>How much sample <paramref name="b"/> counts in the loss, 1 on average over the batch; only for a pass with a loss.</summary>
    public double Weight(int b) => _weights == null ? 1 : _weights[b];

    /// <summary>[B, C], written; only for a pass with a loss.</summary>
    public ref float Logits => ref *_logits;

    /// <summary>The upstream gradient, with respect to the logits [B, C] or the feature vectors [B, m]; only for a pass without a loss.</summary>
    public ref float Upstream => ref *_upstream;

    /// <summary>Whether <see cref="Upstream"/> is the gradient with respect to the feature vectors, so that the head has none.</summary>
    public bool SkipsHead { get; private init; }

    /// <summary>As long as the parameters.</summary>
    public ref float Gradients => ref *_gradients;

    /// <summary>Whether the gradient with respect to the input is wanted.</summary>
    public bool HasInputGradient => _inputGradient != null;

    /// <summary>[B, input length].</summary>
    public ref float InputGradient => ref *_inputGradient;

    /// <summary>Whether the gradients are applied to the weights by stochastic gradient descent.</summary>
    public bool Updates { get; private init; }

    /// <summary>η of the update.</summary>
    public float LearningRate { get; private init; }

    /// <summary>λ of the update.</summary>
    public float WeightDecay { get; private init; }

    internal static GradientPass OfLoss(InputBatch batch, int* labels, float* weights, float* logits, float* gradients, float* inputGradient) =>
        new(batch, labels, weights, logits, null, gradients, inputGradient);

    internal static GradientPass OfUpstream(InputBatch batch, float* upstream, bool skipsHead, float* gradients, float* inputGradient) =>
        new(batch, null, null, null, upstream, gradients, inputGradient) { SkipsHead = skipsHead };

    /// <summary>The same pass with an update.</summary>
    internal GradientPass Updating(double learningRate, double weightDecay) =>
        this with { Updates = true, LearningRate = (float)learningRate, WeightDecay = (float)weightDecay };
}
