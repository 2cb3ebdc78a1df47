namespace PatchMoE.Ilgpu;

/// <summary>For emitted code: compiles a kernel, and names it if that fails.</summary>
public static class DeviceKernel
{
    /// <summary>Compiles a kernel.</summary>
    /// <param name="name">The class and method that it is.</param>
    /// <param name="load">Compiles it for the device.</param>
    /// <exception cref="NotSupportedException">The device or ILGPU's compiler refuses it.</exception>
    public static T Load<T>(string name, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw new NotSupportedException($"the kernel {name} does not compile", failure);
        }
    }
}
