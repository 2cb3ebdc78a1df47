namespace PatchMoE;

/// <summary>
/// A compiled network. Sizes used below: B samples, C = <see cref="Outputs"/> logits; every array is dense and row-major. Passes may run on several threads at once,
/// each with a workspace of its own, while no one changes the weights. <see cref="IDisposable.Dispose"/> frees the workspaces that
/// <see cref="ModelPredictions.Classify"/> and <see cref="ModelPredictions.Explain"/> keep for themselves, and ends the use of these two; passes with a caller's workspace
/// go on working.
/// </summary>
/// <remarks>
/// Inputs are finite numbers: <see cref="Forward"/>, <see cref="Predict"/>, <see cref="Features"/> and <see cref="Route"/> refuse NaN and infinity anywhere in a sample, and
/// then what they have written is not to be used. The passes with gradients do not check, since training data are checked once as a whole.
/// </remarks>
public interface IPatchMoEModel : INetworkWeights, IDisposable
{
    /// <summary>The spec it was compiled from.</summary>
    new PatchMoESpec Spec { get; }

    PatchMoESpec INetworkWeights.Spec => Spec;

    /// <summary>What travels with its weights: class names and the preparation of inputs.</summary>
    ModelMetadata Metadata { get; set; }

    /// <summary>The number of values in one sample.</summary>
    int InputLength { get; }

    /// <summary>C, the number of logits of one sample.</summary>
    int Outputs { get; }

    /// <summary>m, the length of one sample's feature vector: the top layer's outputs, which are the head's input.</summary>
    int FeatureLength { get; }

    /// <summary>Creates scratch memory and threads for passes of this model. Reuse it: a pass with a workspace allocates nothing.</summary>
    /// <param name="threads">The number of threads that share a pass, ≥ 1. Results are bit-identical for any number.</param>
    /// <exception cref="ArgumentOutOfRangeException">threads &lt; 1.</exception>
    Workspace CreateWorkspace(int threads = 1);

    /// <summary>Computes the logits of B samples.</summary>
    /// <param name="input">[B, <see cref="InputLength"/>].</param>
    /// <param name="logits">[B, C], written; its length determines B.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="lengths">
    /// Valid patches, one count per sample (or per group, [B, groups]), 0…n; empty if all are valid. A patch beyond the count is never chosen,
    /// nor do upper layers see groups of 0 that no other group follows.
    /// </param>
    /// <exception cref="ArgumentException">A length does not fit, a value of the input is not finite, or the workspace is another model's.</exception>
    /// <exception cref="InvalidOperationException">All weights are 0, since the model was neither initialised nor loaded; or another caller uses the workspace.</exception>
    void Forward(ReadOnlySpan<float> input, Span<float> logits, Workspace workspace, ReadOnlySpan<int> lengths = default);

    /// <summary>The class of each of B samples: the label with the largest logit (ties: the lower); logistic: +1 if the logit is above 0, else −1.</summary>
    /// <param name="input">[B, <see cref="InputLength"/>].</param>
    /// <param name="classes">[B], written; its length determines B.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit, a value of the input is not finite, or the workspace is another model's.</exception>
    /// <exception cref="InvalidOperationException">All weights are 0, since the model was neither initialised nor loaded; or another caller uses the workspace.</exception>
    void Predict(ReadOnlySpan<float> input, Span<int> classes, Workspace workspace, ReadOnlySpan<int> lengths = default);

    /// <summary>Computes the feature vectors of B samples: the head's input, experts in order. The head is not used.</summary>
    /// <param name="input">[B, <see cref="InputLength"/>].</param>
    /// <param name="features">[B, <see cref="FeatureLength"/>], written; its length determines B.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit, a value of the input is not finite, or the workspace is another model's.</exception>
    /// <exception cref="InvalidOperationException">All weights are 0, since the model was neither initialised nor loaded; or another caller uses the workspace.</exception>
    void Features(ReadOnlySpan<float> input, Span<float> features, Workspace workspace, ReadOnlySpan<int> lengths = default);

    /// <summary>Computes the logits, the mean loss, auxiliary losses of token choice included, and its gradients in one pass: what a training step needs.</summary>
    /// <param name="input">[B, <see cref="InputLength"/>].</param>
    /// <param name="labels">[B]; −1 or +1 for the logistic loss, 0…C−1 for softmax cross entropy. Its length determines B.</param>
    /// <param name="logits">[B, C], written.</param>
    /// <param name="gradients">As long as <see cref="INetworkWeights.Parameters"/> without a table of tokens, overwritten with those of the mean loss; 0 where there is none.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="inputGradient">[B, <see cref="InputLength"/>], overwritten; empty if not wanted.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <returns>The mean loss.</returns>
    /// <exception cref="ArgumentException">A length or a label does not fit, or the workspace is another model's.</exception>
    /// <exception cref="InvalidOperationException">Another caller uses the workspace.</exception>
    double LossAndGradients(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        Span<float> gradients,
        Workspace workspace,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default);

    /// <summary>
    /// One update of all tensors with a gradient by stochastic gradient descent, w ← w − η·(g + λ·w). The weights are bit-identical to those of
    /// <see cref="LossAndGradients"/> and a separate update, but gradients go from registers into the weights, so large networks move much less memory.
    /// </summary>
    /// <param name="input">[B, <see cref="InputLength"/>].</param>
    /// <param name="labels">As in <see cref="LossAndGradients"/>.</param>
    /// <param name="logits">[B, C], written; computed with the weights before the update.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="weightDecay">λ.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <returns>The mean loss before the update. If it or a logit is not finite, NaN or infinity, and no weight has been changed.</returns>
    /// <exception cref="ArgumentException">A length or a label does not fit, or the workspace is another model's.</exception>
    /// <exception cref="InvalidOperationException">Another caller uses the workspace.</exception>
    double SgdStep(
        ReadOnlySpan<float> input,
        ReadOnlySpan<int> labels,
        Span<float> logits,
        double learningRate,
        double weightDecay,
        Workspace workspace,
        ReadOnlySpan<int> lengths = default);

    /// <summary>
    /// The gradients for a given gradient with respect to the logits, for a custom loss, without the auxiliary losses of token choice. Nothing is kept between calls: the
    /// forward pass is recomputed.
    /// </summary>
    /// <param name="input">[B, <see cref="InputLength"/>].</param>
    /// <param name="logitsGradient">[B, C]; its length determines B.</param>
    /// <param name="gradients">As long as <see cref="INetworkWeights.Parameters"/> without a table of tokens, overwritten with the sum over the batch; 0 where there is none.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="inputGradient">[B, <see cref="InputLength"/>], overwritten; empty if not wanted.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the workspace is another model's.</exception>
    /// <exception cref="InvalidOperationException">Another caller uses the workspace.</exception>
    void Backward(
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> logitsGradient,
        Span<float> gradients,
        Workspace workspace,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default);

    /// <summary>The gradients for a given gradient with respect to the feature vectors, for a network that continues after them; the head's are 0.</summary>
    /// <param name="input">[B, <see cref="InputLength"/>].</param>
    /// <param name="featuresGradient">[B, <see cref="FeatureLength"/>]; its length determines B.</param>
    /// <param name="gradients">As in <see cref="Backward"/>.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="inputGradient">As in <see cref="Backward"/>.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit, or the workspace is another model's.</exception>
    /// <exception cref="InvalidOperationException">Another caller uses the workspace.</exception>
    void BackwardFeatures(
        ReadOnlySpan<float> input,
        ReadOnlySpan<float> featuresGradient,
        Span<float> gradients,
        Workspace workspace,
        Span<float> inputGradient = default,
        ReadOnlySpan<int> lengths = default);

    /// <summary>The shape of one sample's routes in layer 0: [T, k, l] (T = 1 without groups), [T, n, t] for token choice, [T, 1, 1] for sample routing, empty for dense.</summary>
    IReadOnlyList<int> RouteShape { get; }

    /// <summary>Which patches each expert of layer 0 takes (for token choice, which experts take each patch; for sample routing, which expert takes the sample), best first.</summary>
    /// <param name="input">[B, <see cref="InputLength"/>].</param>
    /// <param name="routes">[B, <see cref="RouteShape"/>], written; −1 where an expert has fewer valid patches than it may take; for token choice where the expert had no room, and for patches that are not valid.</param>
    /// <param name="scores">The router's score of each route, 0 for −1; as long as <paramref name="routes"/>, or empty if not wanted.</param>
    /// <param name="gates">The gate value G of each route, 0 for −1; as long as <paramref name="routes"/>, or empty if not wanted.</param>
    /// <param name="workspace">A workspace of this model.</param>
    /// <param name="lengths">As in <see cref="Forward"/>.</param>
    /// <exception cref="ArgumentException">A length does not fit, a value of the input is not finite, the workspace is another model's, or layer 0 does not route (dense).</exception>
    /// <exception cref="InvalidOperationException">Another caller uses the workspace.</exception>
    void Route(
        ReadOnlySpan<float> input,
        Span<int> routes,
        Span<float> scores,
        Span<float> gates,
        Workspace workspace,
        ReadOnlySpan<int> lengths = default);
}
