using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace PatchMoE.TorchSharp;

/// <summary>The values of tensors as spans.</summary>
internal static class TensorValues
{
    /// <summary>The values themselves, without a copy: writing to them writes to the tensor. Keep the tensor alive while using them.</summary>
    /// <param name="values">A contiguous float32 tensor on the CPU, under 2 GB.</param>
    public static Span<float> Of(Tensor values) => values.NumberOfElements == 0 ? [] : MemoryMarshal.Cast<byte, float>(values.bytes);

    /// <summary>Copies values out of a tensor on any device, of any floating type.</summary>
    /// <param name="values">The tensor.</param>
    /// <param name="target">As long as the tensor, written.</param>
    public static void Read(Tensor values, Span<float> target)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor host = values.detach().to(ScalarType.Float32, CPU).contiguous();
        Of(host).CopyTo(target);
        GC.KeepAlive(host);
    }
}
