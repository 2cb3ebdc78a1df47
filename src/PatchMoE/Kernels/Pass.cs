using System.ComponentModel;

namespace PatchMoE.Kernels;

/// <summary>What a pass computes.</summary>
public enum PassKind
{
    /// <summary>Logits.</summary>
    Forward,

    /// <summary>Logits, loss and gradients from labels.</summary>
    LossAndGradients,

    /// <summary>Gradients from a gradient of the logits.</summary>
    Backward,

    /// <summary>Routes of layer 0.</summary>
    Route,

    /// <summary>Classes.</summary>
    Predict,

    /// <summary>Feature vectors: what the head sees.</summary>
    Features,

    /// <summary>Gradients from a gradient of the feature vectors; the head has none.</summary>
    BackwardFeatures,

    /// <summary>Logits, loss and gradients from labels; the gradients go into the weights.</summary>
    SgdStep,
}

/// <summary>
/// The arrays of a running pass, pinned by <see cref="Workspace.Run"/> until it ends, so that worker threads may read them. An array that
/// the pass lacks is a null reference.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public readonly unsafe struct Pass
{
    private readonly float* _input;
    private readonly int* _labels;
    private readonly int* _lengths;
    private readonly float* _logits;
    private readonly float* _logitsGradient;
    private readonly float* _gradients;
    private readonly float* _inputGradient;
    private readonly int* _routes;
    private readonly float* _scores;
    private readonly float* _gates;
    private readonly int* _classes;
    private readonly float* _panels;
    private readonly float* _features;
    private readonly float* _featuresGradient;

    internal Pass(
        PassKind kind, int batch, float* input, int* labels, int* lengths, float* logits, float* logitsGradient, float* gradients, float* inputGradient, int* routes, float* scores, float* gates, int* classes, float* panels, float* features, float* featuresGradient, float learningRate, float weightDecay, bool sharesExperts)
    {
        Kind = kind;
        Batch = batch;
        _input = input;
        _labels = labels;
        _lengths = lengths;
        _logits = logits;
        _logitsGradient = logitsGradient;
        _gradients = gradients;
        _inputGradient = inputGradient;
        _routes = routes;
        _scores = scores;
        _gates = gates;
        _classes = classes;
        _panels = panels;
        _features = features;
        _featuresGradient = featuresGradient;
        LearningRate = learningRate;
        WeightDecay = weightDecay;
        SharesExperts = sharesExperts;
    }

    /// <summary>What to compute.</summary>
    public PassKind Kind { get; }

    /// <summary>B, samples.</summary>
    public int Batch { get; }

    /// <summary>Whether the pass begins with labels and has a loss.</summary>
    public bool HasLoss => Kind is PassKind.LossAndGradients or PassKind.SgdStep;

    /// <summary>η of an update.</summary>
    public float LearningRate { get; }

    /// <summary>λ of an update.</summary>
    public float WeightDecay { get; }

    /// <summary>Whether the workers share experts, not samples; see <see cref="IPassKernels.SharedBatch"/>.</summary>
    public bool SharesExperts { get; }

    /// <summary>[B, input length].</summary>
    public ref float Input => ref *_input;

    /// <summary>[B].</summary>
    public ref int Labels => ref *_labels;

    /// <summary>Whether valid-patch counts were given.</summary>
    public bool HasLengths => _lengths != null;

    /// <summary>[B] or [B, groups].</summary>
    public ref int Lengths => ref *_lengths;

    /// <summary>[B, C].</summary>
    public ref float Logits => ref *_logits;

    /// <summary>[B, C].</summary>
    public ref float LogitsGradient => ref *_logitsGradient;

    /// <summary>As long as the parameters.</summary>
    public ref float Gradients => ref *_gradients;

    /// <summary>Whether the input's gradient is wanted.</summary>
    public bool HasInputGradient => _inputGradient != null;

    /// <summary>[B, input length].</summary>
    public ref float InputGradient => ref *_inputGradient;

    /// <summary>[B, groups, k, l].</summary>
    public ref int Routes => ref *_routes;

    /// <summary>Whether the scores of routes are wanted.</summary>
    public bool HasScores => _scores != null;

    /// <summary>As <see cref="Routes"/>.</summary>
    public ref float Scores => ref *_scores;

    /// <summary>Whether the gate values of routes are wanted.</summary>
    public bool HasGates => _gates != null;

    /// <summary>As <see cref="Routes"/>.</summary>
    public ref float Gates => ref *_gates;

    /// <summary>[B].</summary>
    public ref int Classes => ref *_classes;

    /// <summary>[B, m].</summary>
    public ref float Features => ref *_features;

    /// <summary>[B, m].</summary>
    public ref float FeaturesGradient => ref *_featuresGradient;

    /// <summary>The workspace's room for weights in panels, shared by all workers.</summary>
    public ref float Panels => ref *_panels;
}

/// <summary>The emitted side of a pass.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface IPassKernels
{
    /// <summary>The parameters, for a library that shares their memory.</summary>
    AlignedBuffer<float> ParameterBuffer { get; }

    /// <summary>Into how many equal parts of its experts workers may divide a training pass; 1: they cannot.</summary>
    int ExpertParts => 1;

    /// <summary>The largest batch that they divide so; 0: none.</summary>
    int SharedBatch => 0;

    /// <summary>Computes one worker's share of a pass; runs on every worker's thread at once.</summary>
    /// <param name="workspace">Scratch, and the barrier between phases.</param>
    /// <param name="pass">The arrays.</param>
    /// <param name="worker">0…threads−1.</param>
    void RunShare(Workspace workspace, in Pass pass, int worker);
}

/// <summary>The arrays of a pass as the caller holds them; what a pass lacks stays empty.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public ref struct PassArrays
{
    /// <summary>[B, input length].</summary>
    public ReadOnlySpan<float> Input;

    /// <summary>[B].</summary>
    public ReadOnlySpan<int> Labels;

    /// <summary>[B] or [B, groups].</summary>
    public ReadOnlySpan<int> Lengths;

    /// <summary>[B, C].</summary>
    public Span<float> Logits;

    /// <summary>[B, C].</summary>
    public ReadOnlySpan<float> LogitsGradient;

    /// <summary>As long as the parameters.</summary>
    public Span<float> Gradients;

    /// <summary>[B, input length].</summary>
    public Span<float> InputGradient;

    /// <summary>[B, groups, k, l].</summary>
    public Span<int> Routes;

    /// <summary>As Routes.</summary>
    public Span<float> Scores;

    /// <summary>As Routes.</summary>
    public Span<float> Gates;

    /// <summary>[B].</summary>
    public Span<int> Classes;

    /// <summary>[B, m].</summary>
    public Span<float> Features;

    /// <summary>[B, m].</summary>
    public ReadOnlySpan<float> FeaturesGradient;

    /// <summary>η of an update.</summary>
    public float LearningRate;

    /// <summary>λ of an update.</summary>
    public float WeightDecay;
}
