using System.Numerics;
using System.Runtime.InteropServices;

namespace PatchMoE.Measurement;

/// <summary>
/// The read bandwidth of this machine: each thread sums its part of an array repeatedly. An array larger than all caches is read from memory; one as
/// large as a pass's data measures the cache that the data stay in while the pass is repeated.
/// </summary>
internal static class ReadLimit
{
    private const long MemoryBytes = 512L << 20;
    private const long RoundBytes = 64L << 20;
    private const int Rounds = 12;
    private const int VectorsPerStep = 8;

    /// <summary>Bytes per second from memory.</summary>
    /// <param name="threads">The number of threads that read at once.</param>
    public static double MeasureMemory(int threads) =>
        Measure(threads, Math.Min(MemoryBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 8));

    /// <summary>Bytes per second of all threads together, the best of several rounds.</summary>
    /// <param name="threads">The number of threads that read at once.</param>
    /// <param name="bytes">The array's length; rounded to full steps of each thread.</param>
    public static unsafe double Measure(int threads, long bytes)
    {
        int stepFloats = VectorsPerStep * Vector<float>.Count;
        long steps = Math.Max(1, bytes / threads / (stepFloats * sizeof(float)));
        long share = steps * stepFloats;
        long total = share * threads * sizeof(float);
        var values = (float*)NativeMemory.AlignedAlloc((nuint)total, 64);
        try
        {
            NativeMemory.Clear(values, (nuint)total);
            long repeats = Math.Max(1, RoundBytes / total);
            float[] sinks = new float[threads];
            double seconds = Rate.BestSeconds(threads, Rounds, worker =>
            {
                for (long i = 0; i < repeats; i++)
                {
                    sinks[worker] += Sum(values + (worker * share), share);
                }
            });
            return (double)total * repeats / seconds;
        }
        finally
        {
            NativeMemory.AlignedFree(values);
        }
    }

    private static unsafe float Sum(float* values, long count)
    {
        Vector<float> s0 = default, s1 = default, s2 = default, s3 = default, s4 = default, s5 = default, s6 = default, s7 = default;
        int lanes = Vector<float>.Count;
        for (float* end = values + count; values < end; values += VectorsPerStep * lanes)
        {
            s0 += *(Vector<float>*)values;
            s1 += *(Vector<float>*)(values + lanes);
            s2 += *(Vector<float>*)(values + (2 * lanes));
            s3 += *(Vector<float>*)(values + (3 * lanes));
            s4 += *(Vector<float>*)(values + (4 * lanes));
            s5 += *(Vector<float>*)(values + (5 * lanes));
            s6 += *(Vector<float>*)(values + (6 * lanes));
            s7 += *(Vector<float>*)(values + (7 * lanes));
        }

        return Vector.Sum(s0 + s1 + s2 + s3 + (s4 + s5 + s6 + s7));
    }
}
