using System.ComponentModel;
using ILGPU;
using ILGPU.Runtime;

namespace PatchMoE.Ilgpu;

/// <summary>For emitted code: compiles a kernel, naming it if that fails.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class DeviceKernel
{
    /// <summary>Compiles a kernel.</summary>
    /// <typeparam name="TLauncher">A delegate that takes a stream, a <see cref="KernelConfig"/> and the kernel's parameters.</typeparam>
    /// <param name="accelerator">The device.</param>
    /// <param name="kernel">The kernel, a static method.</param>
    /// <param name="launch">Queues the compiled kernel on a stream.</param>
    /// <exception cref="NotSupportedException">The device or ILGPU's compiler rejects it.</exception>
    public static void Load<TLauncher>(Accelerator accelerator, Delegate kernel, out TLauncher launch)
        where TLauncher : Delegate
    {
        ArgumentNullException.ThrowIfNull(accelerator);
        ArgumentNullException.ThrowIfNull(kernel);
        try
        {
            launch = QueueTrace.Traced(accelerator.LoadKernel<TLauncher>(kernel.Method), kernel.Method);
        }
        catch (Exception failure) when (DeviceFailure.IsOne(failure))
        {
            throw new NotSupportedException($"the kernel {kernel.Method.DeclaringType?.Name}.{kernel.Method.Name} does not compile", failure);
        }
    }
}
