using PatchMoE.RandomNumbers;

namespace PatchMoE.Initialization;

/// <summary>
/// Draws initial weights. Each value depends only on the seed, its tensor's name and its index in the tensor, so it is the same whatever else the
/// model contains, on any machine and in any order. A backbone's filters are drawn as neurons are (He et al., 2015); its norms start as the identity.
/// </summary>
public static class WeightInitializer
{
    /// <summary>Fills a parameter buffer; biases and the gaps between tensors are set to 0.</summary>
    /// <param name="spec">A valid spec; <see cref="TrainingSpec.Init"/> gives the standard deviations.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="parameters">The model's parameter buffer, <see cref="ModelParameters.BufferLength"/> values; overwritten.</param>
    /// <exception cref="ArgumentException">The buffer's length is not the model's.</exception>
    public static void Initialize(PatchMoESpec spec, ulong seed, Span<float> parameters)
    {
        EquatableArray<ParameterSpec> tensors = spec.Model.Parameters();
        int needed = ModelParameters.BufferLength(tensors);
        if (parameters.Length != needed)
        {
            throw new ArgumentException($"The buffer has {parameters.Length} values, but the model's parameters take {needed}.", nameof(parameters));
        }

        parameters.Clear();
        InitSpec init = spec.Training?.Init ?? InitSpec.Default;
        foreach (ParameterSpec tensor in tensors)
        {
            Span<float> values = parameters.Slice(tensor.Offset, tensor.Length);
            if (tensor.Role == ParameterRole.Head && spec.Model.Head is { Kind: HeadKind.Fixed, Weights: HeadWeights.Sign })
            {
                FillSign(spec.Model, values);
            }
            else if (tensor.Role is ParameterRole.NormScale or ParameterRole.NormVariance)
            {
                values.Fill(1);
            }
            else
            {
                FillNormal(CounterRandom.ForName(seed, tensor.Name), StandardDeviation(spec.Model.Head, init, tensor), values);
            }
        }
    }

    private static double StandardDeviation(HeadSpec head, InitSpec init, ParameterSpec tensor)
    {
        int lastAxis = tensor.Shape[tensor.Shape.Count - 1];
        return tensor.Role switch
        {
            ParameterRole.Router => init.Router ?? Math.Sqrt(1.0 / lastAxis),
            ParameterRole.Experts => init.Experts ?? Math.Sqrt(2.0 / lastAxis),
            ParameterRole.Filter => Math.Sqrt(2.0 / (tensor.Length / tensor.Shape[0])),
            ParameterRole.Embedding => init.Embedding ?? Math.Sqrt(1.0 / lastAxis),
            ParameterRole.Head when head.Kind == HeadKind.Fixed => 1,
            ParameterRole.Head => init.Head ?? Math.Sqrt(1.0 / lastAxis),
            _ => 0,
        };
    }

    private static void FillNormal(CounterRandom random, double standardDeviation, Span<float> values)
    {
        if (standardDeviation == 0)
        {
            return;
        }

        for (int i = 0; i < values.Length; i++)
        {
            values[i] = (float)(standardDeviation * random.Normal((ulong)i));
        }
    }

    /// <summary>[1, m]: +1 for the neurons of expert 0, −1 for those of expert 1; over a map, [1, n·m], the same for each patch.</summary>
    private static void FillSign(ModelSpec model, Span<float> values)
    {
        LayerSpec top = model.Layers[model.Layers.Count - 1];
        int outputs = top.Experts * top.NeuronsPerExpert;
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = i % outputs < top.NeuronsPerExpert ? 1 : -1;
        }
    }
}
