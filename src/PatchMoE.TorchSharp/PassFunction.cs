using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>
/// The emitted passes as one operation of torch's autograd graph. Its arguments: the module, whether features are wanted, the input, the valid-patch counts,
/// and the tensors that receive a gradient. torch keeps one instance for all modules, so it has no state.
/// </summary>
internal sealed class PassFunction : autograd.SingleTensorFunction<PassFunction>
{
    private const int FirstWeight = 4;

    /// <inheritdoc/>
    public override string Name => "PatchMoE";

    /// <summary>Computes the logits or features of a batch.</summary>
    /// <param name="module">The module.</param>
    /// <param name="input">float32 on the CPU, of the network's shape.</param>
    /// <param name="lengths">Valid patches, or null.</param>
    /// <param name="features">Whether to compute features rather than logits.</param>
    public static Tensor Apply(CompiledModule module, Tensor input, Tensor? lengths, bool features)
    {
        IEnumerable<Tensor> weights = Weights(module, features).Select(spec => module.Weight(spec.Name));
        return apply([module, features, input, lengths!, .. weights]);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var (module, features, input) = ((CompiledModule)arguments[0], (bool)arguments[1], (Tensor)arguments[2]);
        using DisposeScope scope = NewDisposeScope();
        Tensor x = input.contiguous();
        int[] lengths = Counts((Tensor?)arguments[3]);
        int outputs = module.OutputLength(features);
        Tensor output = empty(input.shape[0], outputs);
        module.Forward(TensorValues.Of<float>(x), lengths, features, TensorValues.Of<float>(output));
        GC.KeepAlive(x);

        // The weights are saved so that torch notices an update between forward and backward, which would give the gradients of neither.
        context.save_for_backward([input, .. arguments.Skip(FirstWeight).Cast<Tensor>()]);
        context.save_data(nameof(module), module);
        context.save_data(nameof(features), features);
        context.save_data(nameof(lengths), lengths);
        context.save_data(nameof(Tensor.requires_grad), input.requires_grad);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor outputGradient)
    {
        var module = (CompiledModule)context.get_data("module");
        var features = (bool)context.get_data("features");
        var wantsInput = (bool)context.get_data(nameof(Tensor.requires_grad));
        using DisposeScope scope = NewDisposeScope();
        Tensor gradients = zeros(module.GradientLength);
        List<Tensor> results = [null!, null!, null!, null!, .. Weights(module, features).Select(spec => Part(gradients, spec))];
        try
        {
            Tensor input = context.get_saved_variables()[0];
            Tensor x = input.contiguous();
            Tensor inputGradient = wantsInput ? empty(input.shape) : empty(0);
            Tensor y = outputGradient.contiguous();
            module.Backward(
                TensorValues.Of<float>(x), (int[])context.get_data("lengths"), features, TensorValues.Of<float>(y), TensorValues.Of<float>(gradients), TensorValues.Of<float>(inputGradient));
            GC.KeepAlive((x, y));
            results[2] = wantsInput ? inputGradient : null!;
        }
        catch (Exception failure)
        {
            // An exception would end the process on its way through libtorch.
            module.KeepFailure(failure);
            gradients.fill_(float.NaN);
        }

        foreach (Tensor result in results.OfType<Tensor>())
        {
            result.MoveToOuterDisposeScope();
        }

        return results;
    }

    /// <summary>The tensors that receive a gradient: for features, only those of the layers.</summary>
    private static IEnumerable<ParameterSpec> Weights(CompiledModule module, bool features) =>
        module.TensorSpecs.Where(spec => spec.HasGradient && (!features || spec.Layer >= 0));

    private static Tensor Part(Tensor gradients, ParameterSpec spec) =>
        gradients.narrow(0, spec.Offset, spec.Length).reshape([.. spec.Shape.Select(size => (long)size)]);

    private static int[] Counts(Tensor? lengths)
    {
        if (lengths is null)
        {
            return [];
        }

        var counts = new int[lengths.NumberOfElements];
        TensorValues.Read<int>(lengths, counts);
        return counts;
    }
}
