using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>The values of tensors as spans.</summary>
internal static class TensorValues
{
    /// <summary>The values themselves, without a copy: writing to them writes to the tensor. Keep the tensor alive while using them.</summary>
    /// <typeparam name="T">The tensor's element type.</typeparam>
    /// <param name="values">A contiguous tensor on the CPU, under 2 GB.</param>
    public static Span<T> Of<T>(Tensor values)
        where T : unmanaged => values.NumberOfElements == 0 ? [] : MemoryMarshal.Cast<byte, T>(values.bytes);

    /// <summary>A tensor of values.</summary>
    /// <typeparam name="T">float or int.</typeparam>
    /// <param name="values">The values, copied.</param>
    /// <param name="device">Where to put it.</param>
    /// <returns>float32 or int32, one axis.</returns>
    public static Tensor From<T>(ReadOnlySpan<T> values, Device device)
        where T : unmanaged
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor host = empty(values.Length, dtype: Type<T>());
        values.CopyTo(Of<T>(host));
        return host.to(device).MoveToOuterDisposeScope();
    }

    /// <summary>Copies values out of a tensor on any device, of any floating or integer type.</summary>
    /// <typeparam name="T">float or int.</typeparam>
    /// <param name="values">The tensor.</param>
    /// <param name="target">As long as the tensor, written.</param>
    public static void Read<T>(Tensor values, Span<T> target)
        where T : unmanaged
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor host = values.detach().to(Type<T>(), CPU).contiguous();
        Span<T> source = Of<T>(host);
        if (source.Length != target.Length)
        {
            throw new ArgumentException($"The array has {target.Length} values; the tensor has {source.Length}.", nameof(target));
        }

        source.CopyTo(target);
        GC.KeepAlive(host);
    }

    private static ScalarType Type<T>() => typeof(T) == typeof(float) ? ScalarType.Float32 : ScalarType.Int32;
}
