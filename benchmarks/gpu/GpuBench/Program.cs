using System.Text.Json;
using PatchMoE;
using PatchMoE.Compiler;
using PatchMoE.GpuBench;
using PatchMoE.Ilgpu;

// GpuBench DEVICE SECONDS SPEC BATCH [SPEC BATCH ...]: one line of JSON for the device's limits, and one for each shape.
if (args.Length < 4 || args.Length % 2 != 0)
{
    Console.Error.WriteLine("GpuBench DEVICE SECONDS SPEC BATCH [SPEC BATCH ...]; DEVICE is a name of 'pmoe backends', or 'best'.");
    return 2;
}

using IlgpuDevice device = IlgpuDevices.Open(args[0] == "best" ? null : args[0]);
var clock = new Clock(device.Accelerator, double.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture));
Console.WriteLine(JsonSerializer.Serialize(new
{
    device = device.Info.ToString(),
    bytesPerSecond = Limits.BytesPerSecond(device.Accelerator, clock),
    flopsPerSecond = Limits.FlopsPerSecond(device.Accelerator, clock),
}));
for (int i = 2; i < args.Length; i += 2)
{
    SpecResult read = SpecReader.Read(File.ReadAllText(args[i]), args[i]);
    PatchMoESpec spec = read.Spec ?? throw new BadInputException(string.Join('\n', read.Diagnostics));
    var shape = new ShapeBench(PatchMoECompiler.Compile(spec, AssemblyCache.ForUser(), IlgpuEngine.Libraries), device, clock, int.Parse(args[i + 1], System.Globalization.CultureInfo.InvariantCulture));
    Console.WriteLine(JsonSerializer.Serialize(new
    {
        spec = args[i],
        batch = shape.Batch,
        forward = shape.Forward(),
        gradients = shape.Gradients(),
        step = shape.Step(),
    }));
}

return 0;
