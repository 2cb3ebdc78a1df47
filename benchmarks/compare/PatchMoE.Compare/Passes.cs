using PatchMoE.Compiler;
using PatchMoE.Initialization;
using PatchMoE.Measurement;
using PatchMoE.Training.Data;

namespace PatchMoE.Compare;

/// <summary>The passes of an emitted model on random samples, as a user's training loop would call them.</summary>
internal sealed class Passes : IDisposable
{
    // Weights hardly change, so the last step does the same work as the first; torch_server.py has the same value.
    private const double LearningRate = 1e-6;
    private const ulong Seed = 1;

    private readonly Workspace _workspace;

    public Passes(PatchMoESpec spec, int batch, int threads)
    {
        Model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());

        // Weights at the default scale, whatever the spec starts training from: routers near 0 would leave all gate values equal.
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
