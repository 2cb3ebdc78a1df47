using PatchMoE.Tests.Parity;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp.Tests;

/// <summary>An emitted layer between layers of torch.</summary>
public class CompositionTests
{
    /// <summary>
    /// Every gradient of convolution, pMoE layer and classifier, computed with the emitted kernels in float32, against central differences of the same
    /// network by torch's operations in float64.
    /// </summary>
    [Test]
    public void GradientsThroughTheLayer_AgreeWithFiniteDifferences()
    {
        manual_seed(3);
        using var network = new ConvolutionNetwork(new MapExperts.Module(ModuleOutput.Features, init: new InitSpec(0.3, 0.3, null)));
        using var exact = new ConvolutionNetwork(new TorchPatchMoE(MapExperts.Spec, ModuleOutput.Features));
        exact.load_state_dict(network.state_dict());
        exact.to(ScalarType.Float64);
        using Tensor input = randn(5, 2, 8, 8, requires_grad: true);
        using Tensor labels = tensor(new long[] { 0, 1, 2, 1, 0 });
        nn.functional.cross_entropy(network.forward(input), labels).backward();

        using Tensor exactInput = input.detach().to(ScalarType.Float64);
        double Loss()
        {
            using DisposeScope scope = NewDisposeScope();
            return nn.functional.cross_entropy(exact.forward(exactInput), labels).item<double>();
        }

        Agreement.Check("input", TorchPass.Values(input.grad!), Differences(exactInput, Loss));
        Dictionary<string, Parameter> found = network.named_parameters().ToDictionary(parameter => parameter.name, parameter => parameter.parameter);
        Assert.That(found.Keys, Has.Count.EqualTo(7).And.Contains("_experts.layers.0.router.weight"));
        foreach ((string name, Parameter parameter) in exact.named_parameters())
        {
            Agreement.Check(name, TorchPass.Values(found[name].grad!), Differences(parameter, Loss));
        }
    }

    [Test]
    public void Network_Trains()
    {
        manual_seed(1);
        using var network = new ConvolutionNetwork(new MapExperts.Module(ModuleOutput.Features));
        using torch.optim.Optimizer optimizer = optim.Adam(network.parameters(), 0.01);
        using Tensor input = randn(30, 2, 8, 8);
        using Tensor labels = arange(30).remainder(3);
        double first = Step(network, optimizer, input, labels);
        double last = first;
        for (int i = 0; i < 60; i++)
        {
            last = Step(network, optimizer, input, labels);
        }

        Assert.That(last, Is.LessThan(0.3 * first));
    }

    /// <summary>A step's tensors end with its scope; none is left to the garbage collector.</summary>
    [Test]
    [NonParallelizable]
    public void Steps_LeaveNoTensor()
    {
        using var training = new Training();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        training.Run(steps: 20);
        long before = Tensor.TotalCount;
        training.Run(steps: 200);
        Assert.That(Tensor.TotalCount, Is.LessThanOrEqualTo(before));
    }

    [Test]
    [NonParallelizable]
    public void TwoThousandSteps_DoNotGrow()
    {
        using var training = new Training();
        training.Run(steps: 500);
        (long managed, long process) = (GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet);
        for (int i = 0; i < 10; i++)
        {
            // Managed memory waits for a collection; it must not be mistaken for growth.
            training.Run(steps: 200);
            GC.Collect();
        }

        Assert.That(GC.GetTotalMemory(forceFullCollection: true) - managed, Is.LessThan(1 << 20), "managed bytes");
        Assert.That(Environment.WorkingSet - process, Is.LessThan(24 << 20), "bytes of the process");
    }

    [Test]
    public void TypedMembers_AreTheModules()
    {
        using var module = new MapExperts.Module(seed: 5);
        var model = new MapExperts();
        model.Initialize(5);
        Assert.That(module.Model.Parameters.ToArray(), Is.EqualTo(model.Parameters.ToArray()));
        Assert.That(module.Layer0RouterWeight.shape, Is.EqualTo(new long[] { 4, 96 }));
        using Tensor logits = module.forward(zeros(2, 8, 8, 6));
        Assert.That(logits.shape, Is.EqualTo(new long[] { 2, 1 }));
    }

    [Test]
    public void ScopeAroundTheConstruction_DoesNotDisposeTheWeights()
    {
        MapExperts.Module emitted;
        TorchPatchMoE generic;
        using (NewDisposeScope())
        {
            emitted = new MapExperts.Module();
            generic = new TorchPatchMoE(MapExperts.Spec);
        }

        using Tensor input = zeros(1, 8, 8, 6);
        Assert.That(TorchPass.Values(emitted.forward(input)), Is.EqualTo(TorchPass.Values(generic.forward(input))));
        emitted.Dispose();
        generic.Dispose();
    }

    private static double Step(ConvolutionNetwork network, torch.optim.Optimizer optimizer, Tensor input, Tensor labels)
    {
        using DisposeScope scope = NewDisposeScope();
        optimizer.zero_grad();
        input.grad?.zero_();
        Tensor loss = nn.functional.cross_entropy(network.forward(input), labels);
        loss.backward();
        optimizer.step();
        return loss.item<float>();
    }

    /// <summary>A network in training whose input needs a gradient, too.</summary>
    private sealed class Training : IDisposable
    {
        private readonly ConvolutionNetwork _network = new(new MapExperts.Module(ModuleOutput.Features, threads: 1));
        private readonly torch.optim.Optimizer _optimizer;
        private readonly Tensor _input = randn(16, 2, 8, 8, requires_grad: true);
        private readonly Tensor _labels = arange(16).remainder(3);

        public Training() => _optimizer = optim.SGD(_network.parameters(), 0.01);

        public void Run(int steps)
        {
            for (int i = 0; i < steps; i++)
            {
                Step(_network, _optimizer, _input, _labels);
            }
        }

        public void Dispose()
        {
            _optimizer.Dispose();
            _network.Dispose();
            _input.Dispose();
            _labels.Dispose();
        }
    }

    /// <summary>(L(x + h) − L(x − h)) / 2h for every value of a float64 tensor.</summary>
    private static double[] Differences(Tensor values, Func<double> loss)
    {
        const double step = 1e-6;
        Span<double> x = TensorValues.Of<double>(values);
        var differences = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double value = x[i];
            x[i] = value + step;
            double above = loss();
            x[i] = value - step;
            differences[i] = (above - loss()) / (2 * step);
            x[i] = value;
        }

        return differences;
    }
}
