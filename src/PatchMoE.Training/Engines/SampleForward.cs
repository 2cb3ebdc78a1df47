using PatchMoE.Training.Data;

namespace PatchMoE.Training.Engines;

/// <summary>Forward passes of samples of a data set, on any engine.</summary>
internal static class SampleForward
{
    /// <summary>Whether one pass of the engine gives logits and routes.</summary>
    /// <param name="engine">The engine.</param>
    public static bool ReportsRoutes(this INetworkEngine engine) => engine is ISampleEngine { ReportsRoutes: true };

    /// <summary>Computes the logits of samples of a data set, and their routes if these are wanted.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="data">As in <see cref="ISampleEngine.Forward"/>, and so are the others.</param>
    /// <param name="start">The first sample.</param>
    /// <param name="logits">[B, C], written.</param>
    /// <param name="routes">Written; empty if not wanted, and where <see cref="ReportsRoutes"/> is false.</param>
    /// <param name="buffer">Grows as needed.</param>
    public static void ForwardOf(this INetworkEngine engine, Dataset data, int start, Span<float> logits, Span<int> routes, ref float[] buffer)
    {
        if (engine is ISampleEngine samples)
        {
            samples.Forward(data, start, logits, routes, ref buffer);
            return;
        }

        int count = logits.Length / engine.Spec.Model.Head.Outputs;
        engine.Forward(data.InputsOf(start, count, ref buffer), logits, data.LengthsOf(start, count));
    }
}
