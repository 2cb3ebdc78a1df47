namespace PatchMoE;

/// <summary>A whole spec: the network, and the defaults of its training and data.</summary>
/// <param name="Name">The spec's name; letters, digits, '-', '_' and '.', for example <c>mnist-joint</c>.</param>
/// <param name="Model">The network: the only part that is compiled.</param>
/// <param name="Training">Defaults of <c>pmoe train</c>, or null if the spec has no <c>training</c> section.</param>
/// <param name="Data">The data of <c>pmoe train</c>, or null if the spec has no <c>data</c> section.</param>
public sealed record PatchMoESpec(string Name, ModelSpec Model, TrainingSpec? Training = null, DataSpec? Data = null);

/// <summary>A network: input, pMoE layers, head and loss; a backbone may precede the layer.</summary>
/// <param name="Input">The input of layer 0: one sample, or with a backbone the map computed from it (1×1 patches if there is no layer).</param>
/// <param name="Layers">The layers, lowest first: one more than the input has groups, or a stack in which every layer but the last gives a map. With a backbone one, or none.</param>
/// <param name="Head">The output layer.</param>
/// <param name="Loss">The loss.</param>
/// <param name="Backbone">The convolutions before the layer; null for none. Only the torch backend supports them.</param>
public sealed record ModelSpec(InputSpec Input, EquatableArray<LayerSpec> Layers, HeadSpec Head, Loss Loss, BackboneSpec? Backbone = null);

/// <summary>The output layer.</summary>
/// <param name="Kind">Fixed or linear.</param>
/// <param name="Outputs">C, the number of logits; 1 for a fixed head.</param>
/// <param name="Weights">How a fixed head's weights are set; ignored for a linear one.</param>
/// <param name="Bias">Whether a linear head has a trained bias; false for a fixed one.</param>
public sealed record HeadSpec(HeadKind Kind, int Outputs, HeadWeights Weights = HeadWeights.Gaussian, bool Bias = false);
