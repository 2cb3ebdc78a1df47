using PatchMoE.Initialization;
using PatchMoE.Measurement;
using PatchMoE.Training.Data;
using PatchMoE.Training.Engines;
using PatchMoE.Training.Optimizers;

namespace PatchMoE.Cli.Benchmarks;

/// <summary>The result for one pass.</summary>
/// <param name="Name"><c>route</c>, <c>forward</c>, <c>gradients</c> (forward, loss and backward) or <c>step</c> (including the SGD update).</param>
/// <param name="Cost">What it must compute and move.</param>
/// <param name="Timing">How long it took.</param>
/// <param name="Bound">The shortest time that this machine's limits allow; null if another device computes.</param>
internal sealed record TimedPass(string Name, PassCost Cost, Timing Timing, PassBound? Bound)
{
    public double FlopsPerSecond => Cost.Flops / Timing.Median;

    public double BytesPerSecond => Cost.Bytes / Timing.Median;
}

/// <summary>Times the passes of a network on random samples.</summary>
internal sealed class PassBenchmark
{
    // Weights hardly change, so the last step does the same work as the first.
    private const double LearningRate = 1e-6;
    private const ulong Seed = 1;

    private readonly ITrainingEngine _engine;
    private readonly Dataset _data;
    private readonly int[] _samples;
    private readonly float[] _logits;
    private readonly float[] _gradients;
    private readonly float[] _inputGradient;
    private readonly int[] _routes;

    /// <summary>Prepares weights, samples and buffers.</summary>
    /// <param name="engine">The engine to measure.</param>
    /// <param name="batch">B.</param>
    public PassBenchmark(ITrainingEngine engine, int batch)
    {
        ModelSpec model = engine.Spec.Model;
        _engine = engine;
        _data = DrawnBatch.Make(model, batch, Seed);
        _samples = [.. Enumerable.Range(0, batch)];
        _logits = new float[batch * model.Head.Outputs];
        EquatableArray<ParameterSpec> parameters = model.NetworkParameters();
        _gradients = new float[ModelParameters.BufferLength(parameters)];
        Cost = NetworkCost.Of(model);
        _routes = new int[batch * Cost.RouteLength];

        _inputGradient = new float[Cost.LearnsInput ? _data.Inputs.Length : 0];
        var weights = new WeightBuffer(engine.Spec);
        WeightInitializer.Initialize(engine.Spec, Seed, weights.Parameters);
        engine.SetParameters(weights.Parameters);
        engine.BeginTraining(Optimizer.Create(OptimizerSpec.Of(OptimizerKind.Sgd), parameters.Where(parameter => parameter.HasGradient), _gradients.Length));
    }

    /// <summary>What the passes must compute and move.</summary>
    public NetworkCost Cost { get; }

    /// <summary>The passes, from the least work to the most; a network that does not route lacks the first.</summary>
    public IEnumerable<(string Name, PassCost Cost, Action Run)> Passes()
    {
        int batch = _samples.Length;
        if (_routes.Length > 0)
        {
            yield return ("route", Cost.Route(batch), () => _engine.Route(_data.Inputs, _routes));
        }

        yield return ("forward", Cost.Forward(batch), () => _engine.Forward(_data.Inputs, _logits));
        yield return ("gradients", Cost.LossAndGradients(batch), () => _engine.LossAndGradients(_data.Inputs, _data.Labels, _logits, _gradients, _inputGradient));
        yield return ("step", Cost.Step(batch), () => _engine.Step(_data, _samples, [], LearningRate, _inputGradient));
    }
}
