using System.Globalization;

namespace PatchMoE.Ilgpu;

/// <summary>A device that ILGPU can use.</summary>
/// <param name="Name">Its name for <c>--device</c>: <c>cuda:0</c>, <c>opencl:0</c>, …, <c>cpu</c>.</param>
/// <param name="Title">Its name as given by the driver.</param>
/// <param name="Memory">Its memory in bytes.</param>
/// <param name="Driver">The driver and its version.</param>
/// <param name="ByNameOnly">Whether it is used only if requested by name: an OpenCL driver for CPUs, or ILGPU's CPU accelerator, both useful only for tests.</param>
public sealed record IlgpuDeviceInfo(string Name, string Title, long Memory, string Driver, bool ByNameOnly)
{
    /// <summary>One line of text: name, title, memory, driver.</summary>
    public override string ToString() =>
        $"{Name,-10} {Title}, {Size(Memory)}, {Driver}{(ByNameOnly ? "; for tests, used only if --device names it" : string.Empty)}";

    /// <summary>An amount of memory with three or four digits, for example <c>79.2 GiB</c>.</summary>
    internal static string Size(long bytes)
    {
        string[] units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
        double amount = bytes;
        int unit = 0;
        while (amount >= 1000 && unit < units.Length - 1)
        {
            amount /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{amount:0.#} {units[unit]}");
    }
}
