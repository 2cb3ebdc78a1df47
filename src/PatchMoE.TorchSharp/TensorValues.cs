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
    /// <param name="values">The values, copied.</param>
    /// <param name="device">Where to put it.</param>
    /// <returns>float32, one axis.</returns>
    public static Tensor From(ReadOnlySpan<float> values, Device device) => From(values, ScalarType.Float32, device);

    /// <summary>A tensor of integers.</summary>
    /// <param name="values">The values, copied.</param>
    /// <param name="device">Where to put it.</param>
    /// <returns>int32, one axis.</returns>
    public static Tensor From(ReadOnlySpan<int> values, Device device) => From(values, ScalarType.Int32, device);

    /// <summary>Copies values out of a tensor on any device, of any floating type.</summary>
    /// <param name="values">The tensor.</param>
    /// <param name="target">As long as the tensor, written.</param>
    public static void Read(Tensor values, Span<float> target) => Read(values, ScalarType.Float32, target);

    /// <summary>Copies integers out of a tensor on any device, of any integer type.</summary>
    /// <param name="values">The tensor.</param>
    /// <param name="target">As long as the tensor, written.</param>
    public static void Read(Tensor values, Span<int> target) => Read(values, ScalarType.Int32, target);

    private static Tensor From<T>(ReadOnlySpan<T> values, ScalarType type, Device device)
        where T : unmanaged
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor host = empty(values.Length, dtype: type);
        values.CopyTo(Of<T>(host));
        return host.to(device).MoveToOuterDisposeScope();
    }

    private static void Read<T>(Tensor values, ScalarType type, Span<T> target)
        where T : unmanaged
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor host = values.detach().to(type, CPU).contiguous();
        Span<T> source = Of<T>(host);
        if (source.Length != target.Length)
        {
            throw new ArgumentException($"The array has {target.Length} values; the tensor has {source.Length}.", nameof(target));
        }

        source.CopyTo(target);
        GC.KeepAlive(host);
    }
}
