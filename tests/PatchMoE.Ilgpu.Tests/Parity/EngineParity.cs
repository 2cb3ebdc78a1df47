using PatchMoE.Tests.Parity;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>An engine's passes against expected answers.</summary>
internal static class EngineParity
{
    /// <summary>Checks routes, logits, loss and every gradient by name.</summary>
    public static void Check(INetworkEngine engine, Answers expected)
    {
        EquatableArray<ParameterSpec> parameters = engine.Spec.Model.Parameters();
        var logits = new float[expected.Logits.Count];
        var gradients = new float[ModelParameters.BufferLength(parameters)];
        var inputGradient = new float[expected.Input.Length];
        engine.SetParameters(expected.Parameters);
        double loss = engine.LossAndGradients(expected.Input, expected.Labels, logits, gradients, inputGradient, expected.Lengths);
        Assert.That(Math.Abs(loss - expected.Loss) <= (1e-4 * Math.Abs(expected.Loss)) + 1e-7, $"loss {loss}, expected {expected.Loss}");
        Agreement.Check("logits", logits, expected.Logits);
        Agreement.Check("input", inputGradient, expected.Gradients["input"]);
        foreach (ParameterSpec parameter in parameters)
        {
            ReadOnlySpan<float> gradient = gradients.AsSpan(parameter.Offset, parameter.Length);
            Agreement.Check(parameter.Name, gradient, parameter.HasGradient ? expected.Gradients[parameter.Name] : new double[parameter.Length]);
        }

        if (expected.Routes is not null)
        {
            var routes = new int[expected.Routes.Length];
            engine.Route(expected.Input, routes, expected.Lengths);
            Assert.That(routes, Is.EqualTo(expected.Routes), "routes");
        }

        var forward = new float[logits.Length];
        engine.Forward(expected.Input, forward, expected.Lengths);
        Assert.That(forward, Is.EqualTo(logits), "Forward alone gives other logits");
    }
}

/// <summary>A batch and a network's results for it.</summary>
internal sealed record Answers(
    float[] Parameters,
    float[] Input,
    int[] Labels,
    int[]? Lengths,
    double Loss,
    IReadOnlyList<double> Logits,
    IReadOnlyDictionary<string, double[]> Gradients,
    int[]? Routes);
