using PatchMoE.Tests.Parity;

namespace PatchMoE.Ilgpu.Tests.Parity;

/// <summary>One array or number of an engine beside the expected one.</summary>
/// <param name="What">What was compared: routes, logits, a gradient by name, ….</param>
/// <param name="Share">The largest error as a share of the allowed one; infinity for what must be equal and is not.</param>
/// <param name="Problem">What is wrong; null if they agree.</param>
internal sealed record Finding(string What, double Share, string? Problem);

/// <summary>An engine's passes against expected answers.</summary>
internal static class EngineComparison
{
    /// <summary>Compares routes, logits, loss and every gradient by name, each of them once.</summary>
    public static IReadOnlyList<Finding> Of(INetworkEngine engine, Answers expected)
    {
        EquatableArray<ParameterSpec> parameters = engine.Spec.Model.Parameters();
        var logits = new float[expected.Logits.Count];
        var gradients = new float[ModelParameters.BufferLength(parameters)];
        var inputGradient = new float[expected.Input.Length];
        engine.SetParameters(expected.Parameters);
        double loss = engine.LossAndGradients(expected.Input, expected.Labels, logits, gradients, inputGradient, expected.Lengths);
        double allowed = (1e-4 * Math.Abs(expected.Loss)) + 1e-7;
        var findings = new List<Finding>
        {
            Number("loss", loss, expected.Loss, allowed),
            Values("logits", logits, expected.Logits),
            Values("input", inputGradient, expected.Gradients["input"]),
        };
        foreach (ParameterSpec parameter in parameters)
        {
            ReadOnlySpan<float> gradient = gradients.AsSpan(parameter.Offset, parameter.Length);
            findings.Add(Values(parameter.Name, gradient, parameter.HasGradient ? expected.Gradients[parameter.Name] : new double[parameter.Length]));
        }

        if (expected.Routes is not null)
        {
            var routes = new int[expected.Routes.Length];
            engine.Route(expected.Input, routes, expected.Lengths);
            findings.Add(Equal("routes", routes.AsSpan().SequenceEqual(expected.Routes)));
        }

        var forward = new float[logits.Length];
        engine.Forward(expected.Input, forward, expected.Lengths);
        findings.Add(Equal("logits of Forward alone", forward.AsSpan().SequenceEqual(logits)));
        return findings;
    }

    private static Finding Number(string what, double actual, double expected, double allowed)
    {
        double error = Math.Abs(actual - expected);
        return new Finding(what, error / allowed, error <= allowed ? null : $"{what} is {actual}, expected {expected}");
    }

    private static Finding Equal(string what, bool agree) => new(what, agree ? 0 : double.PositiveInfinity, agree ? null : $"{what}: not what is expected");

    private static Finding Values(string what, ReadOnlySpan<float> actual, IReadOnlyList<double> expected)
    {
        Deviation deviation = Deviation.Of(actual, expected);
        return new Finding(what, deviation.Error / deviation.Allowed, deviation.Holds ? null : deviation.Describe(what, actual, expected));
    }
}
