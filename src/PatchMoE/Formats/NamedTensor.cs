namespace PatchMoE.Formats;

/// <summary>A named float32 array, one tensor of a safetensors file.</summary>
/// <param name="Name">Its name, for example <c>layers.0.router.weight</c>.</param>
/// <param name="Shape">The axis sizes, each ≥ 0; empty for a single value.</param>
/// <param name="Values">The values, row-major; their number is the product of the sizes.</param>
internal sealed record NamedTensor(string Name, int[] Shape, float[] Values);

/// <summary>The contents of a safetensors file.</summary>
/// <param name="Tensors">The tensors that can be weights, in the order of the header.</param>
/// <param name="Others">Tensors of types that cannot, in the order of the header; their values are not read.</param>
/// <param name="Metadata">The entries of <c>__metadata__</c>; empty if there are none.</param>
internal sealed record SafetensorsContent(IReadOnlyList<NamedTensor> Tensors, IReadOnlyList<SafetensorsEntry> Others, IReadOnlyDictionary<string, string> Metadata);
