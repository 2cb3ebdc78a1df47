using PatchMoE.Compiler;
using PatchMoE.Ilgpu;

namespace PatchMoE.GpuBench.Launches;

/// <summary>What is queued for a pass and for an update, in order. Nothing is computed, so that batches that fill a GPU take no time here.</summary>
/// <param name="Forward">The trainer's forward pass over a batch from the host.</param>
/// <param name="Step">An update in the middle of a training: its kernels, the report to the host, and the next batch.</param>
internal sealed record ShapeLaunches(IReadOnlyList<Queued> Forward, IReadOnlyList<Queued> Step)
{
    public static ShapeLaunches Of(PatchMoESpec spec, int batch, OptimizerKind kind = OptimizerKind.Sgd)
    {
        using IlgpuDevice device = IlgpuDevices.Open("cpu");
        using QueueTrace trace = QueueTrace.Open(launches: false);
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser(), IlgpuEngine.Libraries);
        using var engine = new IlgpuEngine(model, device);
        bool logistic = spec.Model.Loss == Loss.Logistic;
        var inputs = new float[checked((long)batch * model.InputLength)];
        var data = new Dataset(spec.Model.InputShape(), inputs, [.. Enumerable.Range(0, batch).Select(i => logistic ? (i % 2 * 2) - 1 : i % model.Outputs)]);

        trace.Clear();
        engine.Forward(inputs, new float[batch * model.Outputs]);
        Queued[] forward = [.. trace.Queued];

        engine.BeginTraining(Optimizer.Create(OptimizerSpec.Of(kind), model.ParameterSpecs.Where(parameter => parameter.HasGradient), model.Parameters.Length));
        int[] one = [.. Enumerable.Range(0, batch)];
        int[] other = [.. one.Reverse()];
        engine.Step(data, one, other, learningRate: 0.1);
        trace.Clear();
        engine.Step(data, other, one, learningRate: 0.1);
        return new ShapeLaunches(forward, [.. trace.Queued]);
    }
}
