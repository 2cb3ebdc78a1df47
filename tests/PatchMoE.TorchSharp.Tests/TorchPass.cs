using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>The results of one forward and backward pass of a module.</summary>
/// <param name="Loss">The mean loss and the auxiliary losses.</param>
/// <param name="Logits">[B, C].</param>
/// <param name="Gradients">Of each tensor that has one, and of <c>input</c>.</param>
internal sealed record TorchPass(double Loss, float[] Logits, IReadOnlyDictionary<string, float[]> Gradients)
{
    public static TorchPass Run(PatchMoEModule module, float[] input, int[] labels, int[]? lengths = null)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = tensor(input).reshape([labels.Length, .. module.Spec.Model.InputShape().Select(size => (long)size)]).requires_grad_();
        Tensor logits = module.forward(x, lengths is null ? null : tensor(lengths));
        Tensor mean = module.Loss(logits, tensor(labels));
        Tensor loss = module.AuxiliaryLoss is { } auxiliary ? mean + auxiliary : mean;
        module.zero_grad();
        loss.backward();
        var gradients = new Dictionary<string, float[]> { ["input"] = Values(x.grad!) };
        foreach ((string name, Tensor parameter) in module.named_parameters())
        {
            if (parameter.grad is { } gradient)
            {
                gradients[name] = Values(gradient);
            }
        }

        return new TorchPass(loss.item<float>(), Values(logits), gradients);
    }

    public static float[] Values(Tensor values)
    {
        var copy = new float[values.NumberOfElements];
        TensorValues.Read<float>(values, copy);
        return copy;
    }
}
