using System.Diagnostics;
using PatchMoE.Ilgpu;
using PatchMoE.Ilgpu.Tests.Engine;
using PatchMoE.Tests.Parity;

namespace PatchMoE.GpuBench.Parity;

/// <summary>Updates on a device against those of the CPU, and twice.</summary>
internal static class OptimizerCheck
{
    private const int Samples = 40;

    /// <summary>Makes the updates; a failure of the device is a problem, too.</summary>
    public static CheckResult Run(OptimizerKind kind, int updates, IlgpuDevice device)
    {
        long started = Stopwatch.GetTimestamp();
        string name = $"{kind}, {updates} updates";
        try
        {
            PatchMoESpec spec = Networks.Small;
            using var cpu = new CpuEngine(Networks.Compile(spec), threads: 1);
            using var first = new IlgpuEngine(Networks.Compile(spec), device);
            using var second = new IlgpuEngine(Networks.Compile(spec), device);
            (string What, float[] Values)[] expected = Train(cpu, kind, updates);
            (string What, float[] Values)[] actual = Train(first, kind, updates);
            (string What, float[] Values)[] again = Train(second, kind, updates);

            (string? problem, double worst, string where) = (null, 0, string.Empty);
            for (int i = 0; i < expected.Length; i++)
            {
                double[] exact = Array.ConvertAll(expected[i].Values, value => (double)value);
                Deviation deviation = Deviation.Of(actual[i].Values, exact);
                double share = deviation.Error / deviation.Allowed;
                if (!(share <= worst))
                {
                    (worst, where) = (share, expected[i].What);
                }

                problem ??= deviation.Holds ? null : deviation.Describe(expected[i].What, actual[i].Values, exact);
                problem ??= again[i].Values.AsSpan().SequenceEqual(actual[i].Values) ? null : $"{expected[i].What}: a second run gave other bits";
            }

            return new CheckResult("optimizer", name, problem is null, worst, where, Stopwatch.GetElapsedTime(started).TotalSeconds, problem);
        }
        catch (Exception failure) when (failure is BadInputException or NotSupportedException or InvalidOperationException)
        {
            return new CheckResult("optimizer", name, Held: false, Worst: null, Where: null, Stopwatch.GetElapsedTime(started).TotalSeconds, failure.Message);
        }
    }

    /// <summary>The weights, the losses and the optimizer's state after the updates.</summary>
    private static (string What, float[] Values)[] Train(ITrainingEngine engine, OptimizerKind kind, int updates)
    {
        engine.SetParameters(Networks.Weights(engine.Spec));
        Optimizer optimizer = Networks.Optimizer(engine.Spec, kind);
        double[] losses = Networks.Train(engine, Networks.Data(engine.Spec, Samples), optimizer, updates, learningRate: kind >= OptimizerKind.Adam ? 0.01 : 0.1);
        return
        [
            ("weights", Networks.ParametersOf(engine)),
            ("losses", Array.ConvertAll(losses, loss => (float)loss)),
            .. optimizer.State.Select((state, i) => ($"state {i}", state.Values)),
        ];
    }
}
