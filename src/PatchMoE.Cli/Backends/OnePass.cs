using PatchMoE.Cli.Inputs;
using PatchMoE.Formats;

namespace PatchMoE.Cli.Backends;

/// <summary>The results of a pass.</summary>
/// <param name="Logits">[B, C].</param>
/// <param name="Loss">The mean loss; null without labels.</param>
/// <param name="Gradients">The gradients of every weight that has one, and of <c>input</c>; empty without labels.</param>
/// <param name="Routes">[B·T, k, l], for sample routing [B·T, 1, 1]; null if not wanted.</param>
internal sealed record PassResult(float[] Logits, double? Loss, IReadOnlyList<NamedTensor> Gradients, int[]? Routes);

/// <summary>One pass on any engine.</summary>
internal static class OnePass
{
    /// <summary>Computes logits and, if requested, loss, gradients and routes.</summary>
    /// <param name="engine">The engine, with its weights set.</param>
    /// <param name="batch">The samples; with labels, loss and gradients are computed.</param>
    /// <param name="wantRoutes">Whether to return the routes; layer 0 must have some.</param>
    public static PassResult Run(INetworkEngine engine, SampleBatch batch, bool wantRoutes)
    {
        ModelSpec model = engine.Spec.Model;
        var logits = new float[checked(batch.Samples * model.Head.Outputs)];
        (double? loss, IReadOnlyList<NamedTensor> gradients) = (null, []);
        if (batch.Labels is null)
        {
            engine.Forward(batch.Input, logits, batch.Lengths);
        }
        else
        {
            EquatableArray<ParameterSpec> parameters = model.NetworkParameters();
            var weightGradients = new float[ModelParameters.BufferLength(parameters)];
            var inputGradient = new float[batch.Input.Length];
            loss = engine.LossAndGradients(batch.Input, batch.Labels, logits, weightGradients, inputGradient, batch.Lengths);
            IEnumerable<NamedTensor> trained = WeightsFile.Tensors(parameters, weightGradients).Where((_, i) => parameters[i].HasGradient);
            gradients = [.. trained, new NamedTensor("input", [.. batch.Shape], inputGradient)];
        }

        return new PassResult(logits, loss, gradients, wantRoutes ? Routes(engine, batch) : null);
    }

    private static int[] Routes(INetworkEngine engine, SampleBatch batch)
    {
        var routes = new int[engine.Spec.Model.RouteShape().Aggregate(batch.Samples, (product, size) => checked(product * size))];
        engine.Route(batch.Input, routes, batch.Lengths);
        return routes;
    }
}
