using System.CommandLine;
using PatchMoE.Compiler;
using PatchMoE.Ilgpu;

namespace PatchMoE.GpuBench.Timing;

/// <summary><c>GpuBench time</c>: the device's limits, and the time of each pass of some shapes.</summary>
internal sealed class TimeCommand
{
    private readonly Option<string?> _device = DeviceOption.Create();
    private readonly Option<double> _seconds = new("--seconds")
    {
        Description = "Roughly how long one measurement takes; 0 for a single call, which measures nothing.",
        DefaultValueFactory = _ => 1,
    };

    private readonly Argument<string[]> _shapes = new("SPEC=BATCH") { Description = "A spec and the samples of a batch, as in specs/wide.json=4096.", Arity = ArgumentArity.OneOrMore };

    public static Command Create()
    {
        var time = new TimeCommand();
        var command = new Command("time", "Time the passes of networks; the exit code is 1 if one could not be timed.") { time._device, time._seconds, time._shapes };
        command.SetAction(time.Execute);
        return command;
    }

    private int Execute(ParseResult parsed)
    {
        using IlgpuDevice device = IlgpuDevices.Open(parsed.GetValue(_device));
        var clock = new Clock(device.Accelerator, parsed.GetValue(_seconds));
        ResultLine.Write(new
        {
            device = device.Info.ToString(),
            bytesPerSecond = Limits.BytesPerSecond(device.Accelerator, clock),
            flopsPerSecond = Limits.FlopsPerSecond(device.Accelerator, clock),
        });
        bool done = true;
        foreach ((string spec, int batch) in parsed.GetRequiredValue(_shapes).Select(SpecBatch.Parse))
        {
            try
            {
                Time(spec, batch, device, clock);
            }
            catch (Exception failure) when (failure is BadInputException or NotSupportedException)
            {
                ResultLine.Write(new { spec, batch, problem = failure.Message });
                done = false;
            }
        }

        return done ? 0 : 1;
    }

    private static void Time(string path, int batch, IlgpuDevice device, Clock clock)
    {
        PatchMoESpec spec = SpecBatch.Read(path);
        NetworkCost cost = NetworkCost.Of(spec.Model);
        var shape = new ShapeBench(PatchMoECompiler.Compile(spec, AssemblyCache.ForUser(), IlgpuEngine.Libraries), device, clock, batch);
        ResultLine.Write(new
        {
            spec = path,
            batch,
            forward = shape.Forward(),
            gradients = shape.Gradients(),
            step = shape.Step(),
            forwardWork = cost.Forward(batch),
            stepWork = cost.Step(batch),
        });
    }
}
