using System.Reflection;
using ILGPU.Runtime.OpenCL;

namespace PatchMoE.Ilgpu;

/// <summary>
/// ILGPU rejects OpenCL devices that do not report generic address spaces, such as PoCL on CPUs. The emitted kernels do not need them: their
/// pointers are all to global or to shared memory.
/// </summary>
internal static class GenericAddressSpace
{
    /// <summary>Reports it for a device; the property has no public setter.</summary>
    public static void Claim(CLDevice device) =>
        typeof(CLCapabilityContext)
            .GetProperty(nameof(CLCapabilityContext.GenericAddressSpace), BindingFlags.Public | BindingFlags.Instance)!
            .SetValue(device.Capabilities, true);
}
