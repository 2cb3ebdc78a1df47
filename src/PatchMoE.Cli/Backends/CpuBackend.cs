using PatchMoE.Compiler;

namespace PatchMoE.Cli.Backends;

/// <summary>The emitted SIMD code.</summary>
internal sealed class CpuBackend(int threads) : IPassBackend
{
    public PassResult Run(PatchMoESpec spec, float[] parameters, SampleBatch batch, bool wantRoutes)
    {
        IPatchMoEModel model = PatchMoECompiler.Compile(spec, AssemblyCache.ForUser());
        parameters.CopyTo(model.Parameters);
        using Workspace workspace = model.CreateWorkspace(threads);

        var logits = new float[checked(batch.Samples * model.Outputs)];
        (double? loss, IReadOnlyList<NamedTensor> gradients) = (null, []);
        if (batch.Labels is null)
        {
            model.Forward(batch.Input, logits, workspace, batch.Lengths);
        }
        else
        {
            var weightGradients = new float[parameters.Length];
            var inputGradient = new float[batch.Input.Length];
            loss = model.LossAndGradients(batch.Input, batch.Labels, logits, weightGradients, workspace, inputGradient, batch.Lengths);
            IEnumerable<NamedTensor> trained = WeightsFile.Tensors(spec.Model, weightGradients).Where((_, i) => model.ParameterSpecs[i].HasGradient);
            gradients = [.. trained, new NamedTensor("input", [.. batch.Shape], inputGradient)];
        }

        return new PassResult(logits, loss, gradients, wantRoutes ? Routes(model, workspace, batch) : null);
    }

    private static int[] Routes(IPatchMoEModel model, Workspace workspace, SampleBatch batch)
    {
        var routes = new int[model.RouteShape.Aggregate(batch.Samples, (product, size) => checked(product * size))];
        model.Route(batch.Input, routes, [], [], workspace, batch.Lengths);
        return routes;
    }
}
