using ILGPU;
using ILGPU.Runtime;

namespace PatchMoE.GpuBench.Timing;

/// <summary>The limits of the device, measured with kernels that do nothing else.</summary>
public static class Limits
{
    private const int Steps = 256;
    private const int FlopsPerStep = 16;

    /// <summary>Bytes read and written per second by a copy.</summary>
    internal static double BytesPerSecond(Accelerator accelerator, Clock clock)
    {
        int length = accelerator.AcceleratorType == AcceleratorType.CPU ? 1 << 14 : 1 << 26;
        using MemoryBuffer1D<float, Stride1D.Dense> source = accelerator.Allocate1D<float>(length);
        using MemoryBuffer1D<float, Stride1D.Dense> target = accelerator.Allocate1D<float>(length);
        source.MemSetToZero();
        var copy = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, ArrayView<float>>(Copy);
        return 2.0 * sizeof(float) * length / clock.SecondsOf(() => copy(length, source.View.BaseView, target.View.BaseView));
    }

    /// <summary>Float32 operations per second in chains of multiply-adds, without tensor cores.</summary>
    internal static double FlopsPerSecond(Accelerator accelerator, Clock clock)
    {
        int threads = accelerator.AcceleratorType == AcceleratorType.CPU ? 1 << 6 : 1 << 20;
        using MemoryBuffer1D<float, Stride1D.Dense> target = accelerator.Allocate1D<float>(threads);
        var chains = accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>, float>(Chains);
        return (double)Steps * FlopsPerStep * threads / clock.SecondsOf(() => chains(threads, target.View.BaseView, 0.999f));
    }

    /// <summary>A kernel: target = source.</summary>
    public static void Copy(Index1D index, ArrayView<float> source, ArrayView<float> target) => target[index] = source[index];

    /// <summary>A kernel: eight independent chains of multiply-adds.</summary>
    public static void Chains(Index1D index, ArrayView<float> target, float factor)
    {
        float start = index;
        (float a, float b, float c, float d) = (start, start + 1, start + 2, start + 3);
        (float e, float f, float g, float h) = (start + 4, start + 5, start + 6, start + 7);
        for (int i = 0; i < Steps; i++)
        {
            a = (a * factor) + start;
            b = (b * factor) + start;
            c = (c * factor) + start;
            d = (d * factor) + start;
            e = (e * factor) + start;
            f = (f * factor) + start;
            g = (g * factor) + start;
            h = (h * factor) + start;
        }

        target[index] = a + b + c + d + e + f + g + h;
    }
}
