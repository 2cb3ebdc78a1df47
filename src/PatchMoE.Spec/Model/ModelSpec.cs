namespace PatchMoE;

/// <summary>A whole spec: the network, and the defaults of its training and data.</summary>
/// <param name="Name">The spec's name; letters, digits, '-', '_' and '.', for example <c>mnist-joint</c>.</param>
/// <param name="Model">The network: the only part that is compiled.</param>
/// <param name="Training">Defaults of <c>pmoe train</c>, or null if the spec has no <c>training</c> section.</param>
/// <param name="Data">The data of <c>pmoe train</c>, or null if the spec has no <c>data</c> section.</param>
public sealed record PatchMoESpec(string Name, ModelSpec Model, TrainingSpec? Training = null, DataSpec? Data = null);

/// <summary>A network: input, one pMoE layer per level, head and loss; a backbone may precede the layer.</summary>
/// <param name="Input">The input of layer 0: one sample, or with a backbone the map computed from it (1×1 patches if there is no layer).</param>
/// <param name="Layers">The layers, lowest level first; one more than the input has groups. With a backbone one, or none.</param>
/// <param name="Head">The output layer.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Backbone">The convolutions before the layer; null for none. Only the torch backend supports them.</param>
public sealed record ModelSpec(InputSpec Input, EquatableArray<LayerSpec> Layers, HeadSpec Head, Loss Loss, BackboneSpec? Backbone = null);

/// <summary>One pMoE layer: k experts of M neurons each.</summary>
/// <param name="Routing">Which expert sees which patches.</param>
/// <param name="Experts">k ≥ 1.</param>
/// <param name="NeuronsPerExpert">M ≥ 1.</param>
/// <param name="PatchesPerExpert">l, 1…n; 0 if the routing is not <see cref="Routing.ExpertChoice"/>.</param>
/// <param name="Gate">The gate; <see cref="Gate.None"/> if the routing is not <see cref="Routing.ExpertChoice"/>.</param>
/// <param name="Pooling">The divisor; <see cref="Pooling.Selected"/> if the routing is not <see cref="Routing.ExpertChoice"/>.</param>
/// <param name="Bias">Whether each neuron has a trained bias.</param>
public sealed record LayerSpec(
    Routing Routing,
    int Experts,
    int NeuronsPerExpert,
    int PatchesPerExpert = 0,
    Gate Gate = Gate.None,
    Pooling Pooling = Pooling.Selected,
    bool Bias = false);

/// <summary>The output layer.</summary>
/// <param name="Kind">Fixed or linear.</param>
/// <param name="Outputs">C, the number of logits; 1 for a fixed head.</param>
/// <param name="Weights">How a fixed head's weights are set; ignored for a linear one.</param>
/// <param name="Bias">Whether a linear head has a trained bias; false for a fixed one.</param>
public sealed record HeadSpec(HeadKind Kind, int Outputs, HeadWeights Weights = HeadWeights.Gaussian, bool Bias = false);
