using ILGPU;
using ILGPU.Runtime;

namespace PatchMoE.Ilgpu;

/// <summary>Describes what failed on a device in helpful words: ILGPU's own messages name neither the kernel nor the device.</summary>
internal static class DeviceFailure
{
    /// <summary>Whether an exception comes from ILGPU's compiler or a driver.</summary>
    public static bool IsOne(Exception failure) =>
        failure is AcceleratorException or InternalCompilerException or NotSupportedException or CapabilityNotSupportedException or DllNotFoundException;

    /// <summary>The exception to show the user.</summary>
    /// <param name="device">The device.</param>
    /// <param name="work">What was being done: a kernel, a pass, a copy.</param>
    /// <param name="failure">What was thrown.</param>
    public static BadInputException Wrap(IlgpuDeviceInfo device, string work, Exception failure) => new(
        $"--device {device.Name} ({device.Title}, {device.Driver}): {work} failed: {Reasons(failure)} {Advice(failure)}", failure);

    private static string Reasons(Exception failure)
    {
        var reasons = new List<string>();
        for (Exception? one = failure; one is not null; one = one.InnerException)
        {
            string reason = one.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.');
            if (!reasons.Contains(reason))
            {
                reasons.Add(reason);
            }
        }

        return string.Join(": ", reasons) + ".";
    }

    private static string Advice(Exception failure) => failure.GetBaseException() switch
    {
        AcceleratorException => "Update the device's driver, use a smaller batch, or choose another --device ('pmoe backends' lists them) or --backend.",
        _ => "Choose another --device ('pmoe backends' lists them) or --backend.",
    };
}
