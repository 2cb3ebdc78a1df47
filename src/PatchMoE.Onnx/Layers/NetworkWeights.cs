namespace PatchMoE.Onnx.Layers;

/// <summary>The tensors of a network by name.</summary>
/// <param name="model">A valid model.</param>
/// <param name="parameters">Its parameter buffer.</param>
internal sealed class NetworkWeights(ModelSpec model, float[] parameters)
{
    private readonly Dictionary<string, ParameterSpec> _tensors = model.Parameters().ToDictionary(tensor => tensor.Name);

    /// <summary>The values of a tensor, row-major.</summary>
    public ReadOnlySpan<float> this[string name] => parameters.AsSpan(_tensors[name].Offset, _tensors[name].Length);
}
