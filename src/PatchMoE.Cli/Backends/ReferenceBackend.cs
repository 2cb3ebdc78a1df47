using PatchMoE.Reference;

namespace PatchMoE.Cli.Backends;

/// <summary>The generic reference, in double precision on one thread.</summary>
internal sealed class ReferenceBackend : IPassBackend
{
    public PassResult Run(PatchMoESpec spec, float[] parameters, SampleBatch batch, bool wantRoutes)
    {
        var model = new ReferenceModel(spec.Model);
        ReferenceResult result = model.Run(
            model.NamedWeights(parameters), Array.ConvertAll(batch.Input, value => (double)value), batch.Labels, batch.Lengths);

        Dictionary<string, int[]> shapes = spec.Model.Parameters().ToDictionary(parameter => parameter.Name, parameter => parameter.Shape.ToArray());
        shapes["input"] = [.. batch.Shape];
        return new PassResult(
            Singles(result.Logits),
            result.Loss,
            [.. result.Gradients.Select(gradient => new NamedTensor(gradient.Key, shapes[gradient.Key], Singles(gradient.Value)))],
            wantRoutes ? result.Routes : null);
    }

    private static float[] Singles(double[] values) => Array.ConvertAll(values, value => (float)value);
}
