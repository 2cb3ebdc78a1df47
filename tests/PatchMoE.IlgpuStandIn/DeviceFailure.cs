namespace PatchMoE.Ilgpu;

/// <summary>The runtime tells a device's failures from others; here each is one.</summary>
internal static class DeviceFailure
{
    public static bool IsOne(Exception failure) => failure is not null;
}
