using System.Reflection;
using ILGPU.Runtime.OpenCL;

namespace PatchMoE.Ilgpu;

/// <summary>
/// ILGPU refuses OpenCL devices that do not claim generic address spaces, as PoCL on processors does not. The emitted kernels need none: their
/// pointers are all to global or to shared memory.
/// </summary>
internal static class GenericAddressSpace
{
    /// <summary>Claims it for a device; the property has no public setter.</summary>
    public static void Claim(CLDevice device) =>
        typeof(CLCapabilityContext)
            .GetProperty(nameof(CLCapabilityContext.GenericAddressSpace), BindingFlags.Public | BindingFlags.Instance)!
            .SetValue(device.Capabilities, true);
}
