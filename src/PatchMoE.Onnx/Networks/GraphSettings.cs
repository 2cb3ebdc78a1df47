using PatchMoE.Onnx.Layers;

namespace PatchMoE.Onnx.Networks;

/// <summary>What a graph contains besides the network.</summary>
/// <param name="Normalization">Mean and deviation by which the graph normalises its input; null if it does not.</param>
/// <param name="Lengths">Whether it has the input of valid patches.</param>
/// <param name="Formulation">How chosen patches reach their experts.</param>
internal sealed record GraphSettings(Normalization? Normalization, bool Lengths, FormulationKind Formulation);
