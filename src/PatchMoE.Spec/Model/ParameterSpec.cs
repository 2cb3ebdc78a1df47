namespace PatchMoE;

/// <summary>The role of a parameter.</summary>
public enum ParameterRole
{
    /// <summary>Router vectors [k, d].</summary>
    Router,

    /// <summary>Neuron weights [k, M, d].</summary>
    Experts,

    /// <summary>Neuron biases [k, M].</summary>
    ExpertsBias,

    /// <summary>Head weights [C, m].</summary>
    Head,

    /// <summary>Head bias [C].</summary>
    HeadBias,

    /// <summary>Filters of a backbone's convolution [outputs, inputs, kernel, kernel].</summary>
    Filter,

    /// <summary>The factors by which a batch norm multiplies each channel [channels].</summary>
    NormScale,

    /// <summary>The shifts that a batch norm adds to each channel [channels].</summary>
    NormShift,

    /// <summary>A batch norm's running mean of each channel [channels]: measured while training, not trained.</summary>
    NormMean,

    /// <summary>A batch norm's running variance of each channel [channels]: measured while training, not trained.</summary>
    NormVariance,

    /// <summary>The vectors of tokens [V, dimension], from which those of a text's segments are made before the network's passes.</summary>
    Embedding,
}

/// <summary>One named tensor of a network.</summary>
/// <param name="Name">The tensor's name in a weights file, for example <c>layers.0.router.weight</c>.</param>
/// <param name="Role">Its role.</param>
/// <param name="Layer">The layer's index; −1 for the head, the backbone and the table of tokens.</param>
/// <param name="Shape">The axis sizes, row-major.</param>
/// <param name="Offset">The index of its first value in the parameter buffer.</param>
/// <param name="HasGradient">False for a fixed head, a batch norm's statistics, and a router whose gate is <see cref="Gate.None"/> and that has no auxiliary loss: the loss gives them no gradient.</param>
public sealed record ParameterSpec(string Name, ParameterRole Role, int Layer, EquatableArray<int> Shape, int Offset, bool HasGradient)
{
    /// <summary>The number of values.</summary>
    public int Length => Shape.Aggregate(1, (product, size) => product * size);
}

/// <summary>Lists the tensors of a network.</summary>
public static class ModelParameters
{
    /// <summary>Each tensor starts at a multiple of this many values, 64 bytes, in the parameter buffer.</summary>
    public const int Alignment = 16;

    /// <summary>The tensors of a valid spec, a backbone's first and the table of a text's tokens last, in the order of the parameter buffer.</summary>
    public static EquatableArray<ParameterSpec> Parameters(this ModelSpec model)
    {
        List<ParameterSpec> parameters = Network(model);
        if (model.TrainedText() is { } text)
        {
            parameters.Add(new ParameterSpec("embedding.weight", ParameterRole.Embedding, -1, EquatableArray.Of(text.Vocabulary, text.Dimension), BufferLength(parameters), true));
        }

        return parameters.ToEquatableArray();
    }

    /// <summary>The tensors that the network's passes read: all but the table of a text's tokens.</summary>
    /// <param name="model">A valid model.</param>
    internal static EquatableArray<ParameterSpec> NetworkParameters(this ModelSpec model) => Network(model).ToEquatableArray();

    /// <summary>
    /// The length of the part of the parameter buffer that the network's passes read, and so of a buffer of gradients: all of it, but for the table of a text's tokens.
    /// </summary>
    /// <param name="model">A valid model.</param>
    public static int NetworkLength(this ModelSpec model) => BufferLength(Network(model));

    /// <summary>The table of a text's tokens; null if the vectors of its segments are not learnt, or the input is no text.</summary>
    /// <param name="model">A valid model.</param>
    public static ParameterSpec? EmbeddingTable(this ModelSpec model) => model.Parameters().FirstOrDefault(parameter => parameter.Role == ParameterRole.Embedding);

    /// <summary>The text whose segments' vectors are learnt; null if the input is another.</summary>
    internal static TextSpec? TrainedText(this ModelSpec model) =>
        model.Input is VectorsInputSpec { Text: { Embedding: TextEmbedding.Trained } text } ? text : null;

    private static List<ParameterSpec> Network(ModelSpec model)
    {
        var parameters = new List<ParameterSpec>();
        void Add(string name, ParameterRole role, int layer, bool hasGradient, params int[] shape) =>
            parameters.Add(new ParameterSpec(name, role, layer, EquatableArray.Of(shape), BufferLength(parameters), hasGradient));

        foreach ((string name, ParameterRole role, EquatableArray<int> shape) in model.BackboneShape()?.Tensors() ?? [])
        {
            Add(name, role, -1, role is not (ParameterRole.NormMean or ParameterRole.NormVariance), [.. shape]);
        }

        EquatableArray<LayerShape> shapes = model.LayerShapes();
        for (int i = 0; i < shapes.Count; i++)
        {
            LayerShape shape = shapes[i];
            LayerSpec layer = model.Layers[i];
            if (layer.Routing != Routing.Dense)
            {
                bool hasGradient = layer.Routing == Routing.Sample || layer.Gate != Gate.None || layer.Choice is { HasAuxiliaryLoss: true };
                Add($"layers.{i}.router.weight", ParameterRole.Router, i, hasGradient, shape.Experts, shape.Dimension);
            }

            Add($"layers.{i}.experts.weight", ParameterRole.Experts, i, true, shape.Experts, shape.Neurons, shape.Dimension);
            if (layer.Bias)
            {
                Add($"layers.{i}.experts.bias", ParameterRole.ExpertsBias, i, true, shape.Experts, shape.Neurons);
            }
        }

        bool trained = model.Head.Kind == HeadKind.Linear;
        Add("head.weight", ParameterRole.Head, -1, trained, model.Head.Outputs, model.HeadInputs());
        if (trained && model.Head.Bias)
        {
            Add("head.bias", ParameterRole.HeadBias, -1, true, model.Head.Outputs);
        }

        return parameters;
    }

    /// <summary>The number of weights of a network, with the table of a text's tokens, not counting a batch norm's running statistics.</summary>
    public static long WeightCount(this ModelSpec model) => model.Parameters()
        .Where(parameter => parameter.Role is not (ParameterRole.NormMean or ParameterRole.NormVariance))
        .Sum(parameter => (long)parameter.Length);

    /// <summary>The length of a buffer that holds <paramref name="parameters"/>, each tensor aligned; the gaps hold zeros.</summary>
    public static int BufferLength(IReadOnlyList<ParameterSpec> parameters)
    {
        if (parameters.Count == 0)
        {
            return 0;
        }

        ParameterSpec last = parameters[parameters.Count - 1];
        return (last.Offset + last.Length + Alignment - 1) / Alignment * Alignment;
    }
}
