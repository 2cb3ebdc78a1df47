using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PatchMoE;

/// <summary>
/// How much a patch adds to the predicted class through one expert, in a network with one layer. The logits are linear in the layer's outputs, and an output is a sum over
/// patches, y_{s,r} = (1/Z) Σ_j G_{j,s} · ReLU(⟨v_{s,r}, x_j⟩ + b_{s,r}); so each patch's part of a logit is exact, not an approximation.
/// </summary>
internal readonly ref struct Contributions
{
    private readonly ModelSpec _model;
    private readonly LayerSpec _layer;
    private readonly LayerShape _shape;
    private readonly ReadOnlySpan<float> _neurons;
    private readonly ReadOnlySpan<float> _biases;
    private readonly double[] _direction;
    private readonly float[] _patch;

    /// <param name="model">The model.</param>
    /// <param name="predicted">The index of the predicted class.</param>
    public Contributions(IPatchMoEModel model, int predicted)
    {
        _model = model.Spec.Model;
        _layer = _model.Layers[0];
        _shape = _model.LayerShapes()[0];
        _neurons = Tensor(model, ParameterRole.Experts);
        _biases = _layer.Bias ? Tensor(model, ParameterRole.ExpertsBias) : [];
        _direction = Direction(Tensor(model, ParameterRole.Head), predicted);
        _patch = new float[_shape.Dimension];
    }

    /// <summary>The contribution of one patch through one expert.</summary>
    /// <param name="input">The sample, normalised.</param>
    /// <param name="expert">The expert.</param>
    /// <param name="place">The patch.</param>
    /// <param name="gate">Its gate value.</param>
    /// <param name="taken">How many patches the expert sees.</param>
    public float Of(ReadOnlySpan<float> input, int expert, PatchPlace place, float gate, int taken)
    {
        CopyPatch(input, place);
        double sum = 0;
        for (int neuron = expert * _shape.Neurons; neuron < (expert + 1) * _shape.Neurons; neuron++)
        {
            float activation = Dot(_neurons.Slice(neuron * _shape.Dimension, _shape.Dimension), _patch) + (_biases.IsEmpty ? 0 : _biases[neuron]);
            sum += _direction[neuron] * Math.Max(activation, 0);
        }

        int divisor = _layer.Pooling switch
        {
            Pooling.All => _shape.Patches,
            Pooling.Sum => 1,
            _ => taken,
        };
        return (float)(gate * sum / divisor);
    }

    /// <summary>The weight of each neuron for the predicted class.</summary>
    private double[] Direction(ReadOnlySpan<float> head, int predicted)
    {
        int length = _shape.Outputs;
        int classes = _model.Head.Outputs;
        var direction = new double[length];
        for (int m = 0; m < length; m++)
        {
            if (_model.Loss == Loss.Logistic)
            {
                direction[m] = predicted == 1 ? head[m] : -head[m];
                continue;
            }

            double sum = 0;
            for (int c = 0; c < classes; c++)
            {
                sum += head[(c * length) + m];
            }

            direction[m] = head[(predicted * length) + m] - (sum / classes);
        }

        return direction;
    }

    /// <summary>The inner product in eight lanes, each product rounded before it is added: the same bits on every machine.</summary>
    private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        ref float firstX = ref MemoryMarshal.GetReference(x);
        ref float firstY = ref MemoryMarshal.GetReference(y);
        Vector256<float> sums = Vector256<float>.Zero;
        int i = 0;
        for (; i <= x.Length - Vector256<float>.Count; i += Vector256<float>.Count)
        {
            sums += Vector256.LoadUnsafe(ref Unsafe.Add(ref firstX, i)) * Vector256.LoadUnsafe(ref Unsafe.Add(ref firstY, i));
        }

        float sum = Vector256.Sum(sums);
        for (; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    private void CopyPatch(ReadOnlySpan<float> input, PatchPlace place)
    {
        if (_model.Input is not ImageInputSpec image)
        {
            input.Slice(place.Index * _shape.Dimension, _shape.Dimension).CopyTo(_patch);
            return;
        }

        (int top, int left) = image.Corner(place.Index);
        int row = image.PatchWidth * image.Channels;
        for (int y = 0; y < image.PatchHeight; y++)
        {
            input.Slice((((top + y) * image.Width) + left) * image.Channels, row).CopyTo(_patch.AsSpan(y * row));
        }
    }

    private static ReadOnlySpan<float> Tensor(IPatchMoEModel model, ParameterRole role)
    {
        ParameterSpec tensor = model.ParameterSpecs.Single(parameter => parameter.Role == role);
        return model.Parameters.Slice(tensor.Offset, tensor.Length);
    }
}
