using PatchMoE.Compiler;
using PatchMoE.Initialization;
using PatchMoE.Measurement;
using PatchMoE.Training.Data;

namespace PatchMoE.Compare;

/// <summary>The passes of an emitted model on drawn samples, as a user's training loop would call them.</summary>
internal sealed class Passes : IDisposable
{
    // Weights hardly move, so the last step computes what the first did; torch_server.py has the same.
    private const double LearningRate = 1e-6;
    private const ulong Seed = 1;

    private readonly Workspace _workspace;

    public Passes(PatchMoESpec spec, int batch, int threads)
    {
        Model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());

        // Weights of the default scale, whatever the spec trains from: routers near 0 would leave all gates equal.
        WeightInitializer.Initialize(spec with { Training = null }, Seed, Model.Parameters);
        Data = DrawnBatch.Make(spec.Model, batch, Seed);
        Logits = new float[batch * Model.Outputs];
        Gradients = new float[Model.Parameters.Length];
        Cost = NetworkCost.Of(spec.Model);
        _workspace = Model.CreateWorkspace(threads);
    }

    public IPatchMoEModel Model { get; }

    public Dataset Data { get; }

    public float[] Logits { get; }

    public float[] Gradients { get; }

    public NetworkCost Cost { get; }

    public void Forward() => Model.Forward(Data.Inputs, Logits, _workspace);

    public double LossAndGradients() => Model.LossAndGradients(Data.Inputs, Data.Labels, Logits, Gradients, _workspace);

    public void Step() => Model.SgdStep(Data.Inputs, Data.Labels, Logits, LearningRate, weightDecay: 0, _workspace);

    public void Dispose() => _workspace.Dispose();
}
