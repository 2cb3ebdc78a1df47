using BenchmarkDotNet.Attributes;
using PatchMoE.Initialization;
using PatchMoE.Measurement;
using PatchMoE.Training.Data;

namespace PatchMoE.Benchmarks;

/// <summary>The passes of every shape: routing alone, forward, forward with loss and backward, and a training step with SGD.</summary>
[MemoryDiagnoser]
public class PassBenchmarks
{
    // Weights hardly change, so the last step does the same work as the first.
    private const double LearningRate = 1e-6;
    private const ulong Seed = 1;

    private IPatchMoEModel _model = null!;
    private Workspace _workspace = null!;
    private Dataset _data = null!;
    private float[] _logits = [];
    private float[] _gradients = [];
    private int[] _routes = [];

    public static IEnumerable<Shape> Shapes => Shape.All;

    [ParamsSource(nameof(Shapes))]
    public Shape Shape { get; set; } = null!;

    [Params(1, 2)]
    public int Threads { get; set; }

    [GlobalSetup]
    public void Prepare()
    {
        _model = Shape.Create();
        WeightInitializer.Initialize(_model.Spec with { Training = null }, Seed, _model.Parameters);
        _workspace = _model.CreateWorkspace(Threads);
        _data = DrawnBatch.Make(_model.Spec.Model, Shape.Batch, Seed);
        _logits = new float[Shape.Batch * _model.Outputs];
        _gradients = new float[_model.Parameters.Length];
        _routes = new int[Shape.Batch * NetworkCost.Of(_model.Spec.Model).RouteLength];
    }

    [GlobalCleanup]
    public void EndThreads() => _workspace.Dispose();

    [Benchmark]
    public void Route() => _model.Route(_data.Inputs, _routes, [], [], _workspace);

    [Benchmark]
    public void Forward() => _model.Forward(_data.Inputs, _logits, _workspace);

    [Benchmark]
    public double LossAndGradients() => _model.LossAndGradients(_data.Inputs, _data.Labels, _logits, _gradients, _workspace);

    [Benchmark]
    public double Step() => _model.SgdStep(_data.Inputs, _data.Labels, _logits, LearningRate, weightDecay: 0, _workspace);
}
