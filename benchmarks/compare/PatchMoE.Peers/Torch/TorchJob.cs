using PatchMoE.Peers.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.Peers.Torch;

/// <summary>One formulation with its own weights: the passes of a training loop.</summary>
internal sealed class TorchJob : IDisposable
{
    // Weights hardly change, so the last step does the same work as the first; Passes.cs has the same value.
    private const double LearningRate = 1e-6;

    private readonly ComparedNetwork _compared;
    private readonly TorchFormulation _network;
    private readonly Tensor _input;
    private readonly Tensor _labels;
    private readonly optim.Optimizer _optimizer;

    /// <param name="compared">The network.</param>
    /// <param name="network">The formulation; disposed with this job.</param>
    /// <param name="input">The samples.</param>
    public TorchJob(ComparedNetwork compared, TorchFormulation network, Tensor input)
    {
        (_compared, _network, _input) = (compared, network, network.Arrange(input));
        Tensor labels = tensor(compared.Labels);
        _labels = compared.Model.Loss == Loss.Logistic ? labels.to(ScalarType.Float32).view(-1, 1) : labels.to(ScalarType.Int64);
        _optimizer = optim.SGD(network.parameters().Where(parameter => parameter.requires_grad), LearningRate);
    }

    public void Forward()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable inference = inference_mode();
        _network.forward(_input);
    }

    public void Step()
    {
        using DisposeScope scope = NewDisposeScope();
        Backward();
        _optimizer.step();
    }

    /// <summary>The largest errors of logits, loss and gradients.</summary>
    public IReadOnlyDictionary<string, double> Check()
    {
        using DisposeScope scope = NewDisposeScope();
        double loss = Backward().item<float>();
        var errors = new Dictionary<string, double> { ["loss"] = RelativeError.Of(_compared.Loss, loss) };
        using (no_grad())
        {
            errors["logits"] = RelativeError.Of(_compared.Logits, Values(_network.forward(_input)));
        }

        foreach (var gradient in _compared.Gradients)
        {
            errors[gradient.Name] = RelativeError.Of(gradient.Values, Values(_network.Gradient(gradient.Name)));
        }

        return errors;
    }

    public void Dispose()
    {
        _optimizer.Dispose();
        _network.Dispose();
        _labels.Dispose();
    }

    /// <summary>Forward, loss and backward; returns the loss.</summary>
    private Tensor Backward()
    {
        _network.zero_grad();
        Tensor logits = _network.forward(_input);
        Tensor loss = _compared.Model.Loss == Loss.Logistic
            ? nn.functional.softplus(-_labels * logits).mean()
            : nn.functional.cross_entropy(logits, _labels);
        loss.backward();
        return loss;
    }

    private static float[] Values(Tensor values) => values.contiguous().data<float>().ToArray();
}
