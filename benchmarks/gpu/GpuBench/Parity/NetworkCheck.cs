using System.Diagnostics;
using PatchMoE.Ilgpu;
using PatchMoE.Ilgpu.Tests.Parity;

namespace PatchMoE.GpuBench.Parity;

/// <summary>A network and what its passes must give.</summary>
internal sealed record NetworkCase(string Check, string Name, IPatchMoEModel Model, Answers Expected);

/// <summary>Compares a network on a device with the expected answers, and with itself.</summary>
internal static class NetworkCheck
{
    /// <summary>Runs it; a failure of the device is a problem, too.</summary>
    public static CheckResult Run(NetworkCase network, IlgpuDevice device)
    {
        long started = Stopwatch.GetTimestamp();
        try
        {
            using var engine = new IlgpuEngine(network.Model, device);
            IReadOnlyList<Finding> findings = EngineComparison.Of(engine, network.Expected);
            Finding worst = findings.MaxBy(finding => double.IsNaN(finding.Share) ? double.PositiveInfinity : finding.Share)!;
            string? problem = findings.FirstOrDefault(finding => finding.Problem is not null)?.Problem;
            if (problem is null && !Pass(engine, network.Expected).AsSpan().SequenceEqual(Pass(engine, network.Expected)))
            {
                problem = "a second run gave other bits";
            }

            return new CheckResult(network.Check, network.Name, problem is null, worst.Share, worst.What, Stopwatch.GetElapsedTime(started).TotalSeconds, problem);
        }
        catch (Exception failure) when (failure is BadInputException or NotSupportedException or InvalidOperationException)
        {
            return new CheckResult(network.Check, network.Name, Held: false, Worst: null, Where: null, Stopwatch.GetElapsedTime(started).TotalSeconds, failure.Message);
        }
    }

    /// <summary>All bits of a pass: logits, gradients of the weights and of the input, and the loss.</summary>
    private static int[] Pass(IlgpuEngine engine, Answers answers)
    {
        var logits = new float[answers.Logits.Count];
        var gradients = new float[answers.Parameters.Length];
        var inputGradient = new float[answers.Input.Length];
        double loss = engine.LossAndGradients(answers.Input, answers.Labels, logits, gradients, inputGradient, answers.Lengths);
        return [.. logits.Concat(gradients).Concat(inputGradient).Append((float)loss).Select(BitConverter.SingleToInt32Bits)];
    }
}
