namespace PatchMoE.Reference;

/// <summary>All weights of a network, or their gradients.</summary>
/// <param name="Layers">The layers' weights, lowest first.</param>
/// <param name="Head">The output layer's.</param>
internal sealed record NetworkWeights(LayerWeights[] Layers, OutputWeights Head)
{
    /// <summary>Zeros of the same shapes, to add gradients to.</summary>
    public NetworkWeights ZerosLike() => new(
        [.. Layers.Select(layer => layer.ZerosLike())],
        new OutputWeights(new double[Head.Weight.GetLength(0), Head.Weight.GetLength(1)], Head.Bias is null ? null : new double[Head.Bias.Length]));

    /// <summary>Shapes each named, flat array.</summary>
    /// <exception cref="ArgumentException">A weight is missing, unknown or of the wrong length.</exception>
    public static NetworkWeights FromNamed(ModelSpec model, IReadOnlyDictionary<string, double[]> named)
    {
        EquatableArray<ParameterSpec> specs = model.Parameters();
        if (named.Keys.FirstOrDefault(name => !specs.Any(spec => spec.Name == name)) is { } unknown)
        {
            throw new ArgumentException($"'{unknown}' is not a weight of the model; it has {string.Join(", ", specs.Select(spec => spec.Name))}.");
        }

        Array? Shaped(ParameterRole role, int layer)
        {
            ParameterSpec? spec = specs.SingleOrDefault(spec => spec.Role == role && spec.Layer == layer);
            return spec is null ? null : Shape(spec, named);
        }

        LayerWeights[] layers =
        [
            .. Enumerable.Range(0, model.Layers.Count).Select(i => new LayerWeights(
                (double[,]?)Shaped(ParameterRole.Router, i),
                (double[,,])Shaped(ParameterRole.Experts, i)!,
                (double[,]?)Shaped(ParameterRole.ExpertsBias, i))),
        ];
        return new NetworkWeights(
            layers,
            new OutputWeights((double[,])Shaped(ParameterRole.Head, -1)!, (double[]?)Shaped(ParameterRole.HeadBias, -1)));
    }

    /// <summary>The flat, row-major array of a weight.</summary>
    public double[] Flat(ParameterSpec spec)
    {
        Array shaped = spec.Role switch
        {
            ParameterRole.Router => Layers[spec.Layer].Router!,
            ParameterRole.Experts => Layers[spec.Layer].Neurons,
            ParameterRole.ExpertsBias => Layers[spec.Layer].Bias!,
            ParameterRole.Head => Head.Weight,
            _ => Head.Bias!,
        };
        return [.. shaped.Cast<double>()];
    }

    private static Array Shape(ParameterSpec spec, IReadOnlyDictionary<string, double[]> named)
    {
        if (!named.TryGetValue(spec.Name, out double[]? values))
        {
            throw new ArgumentException($"The weight '{spec.Name}' is missing.");
        }

        if (values.Length != spec.Length)
        {
            throw new ArgumentException(
                $"The weight '{spec.Name}' has {values.Length} values, but its shape [{string.Join(", ", spec.Shape)}] needs {spec.Length}.");
        }

        Array shaped = Array.CreateInstance(typeof(double), [.. spec.Shape]);
        Buffer.BlockCopy(values, 0, shaped, 0, values.Length * sizeof(double));
        return shaped;
    }
}
