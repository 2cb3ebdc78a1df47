using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PatchMoE.Kernels;

/// <summary>
/// Weights in panels: the values i of a panel's neurons are contiguous, so that one broadcast value of a patch meets many neurons and no sum over
/// lanes is needed.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Panels
{
    /// <summary>panel[i, r] = rows[r, i], and 0 for the neurons that pad the panel to its width.</summary>
    /// <param name="rows">[count, length].</param>
    /// <param name="count">Neurons, at most <paramref name="width"/>.</param>
    /// <param name="length">d.</param>
    /// <param name="panel">[length, width], written.</param>
    /// <param name="width">The number of neurons that fit in the panel.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack(ref float rows, int count, int length, ref float panel, int width)
    {
        if (count < width)
        {
            MemoryMarshal.CreateSpan(ref panel, length * width).Clear();
        }

        int r = 0;
        for (; r <= count - 4; r += 4)
        {
            int i = 0;
            for (; i <= length - 4; i += 4)
            {
                ref float from = ref Unsafe.Add(ref rows, (r * length) + i);
                ref float to = ref Unsafe.Add(ref panel, (i * width) + r);
                Vector128<float> a = Vector128.LoadUnsafe(ref from);
                Vector128<float> b = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, length));
                Vector128<float> c = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * length));
                Vector128<float> d = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * length));
                (Vector128<float> ac0, Vector128<float> ac1) = Lanes4.Interleave(a, c);
                (Vector128<float> bd0, Vector128<float> bd1) = Lanes4.Interleave(b, d);
                (Vector128<float> i0, Vector128<float> i1) = Lanes4.Interleave(ac0, bd0);
                (Vector128<float> i2, Vector128<float> i3) = Lanes4.Interleave(ac1, bd1);
                i0.StoreUnsafe(ref to);
                i1.StoreUnsafe(ref Unsafe.Add(ref to, width));
                i2.StoreUnsafe(ref Unsafe.Add(ref to, 2 * width));
                i3.StoreUnsafe(ref Unsafe.Add(ref to, 3 * width));
            }

            Copy(ref rows, r, r + 4, i, length, ref panel, width);
        }

        Copy(ref rows, r, count, 0, length, ref panel, width);
    }

    private static void Copy(ref float rows, int fromRow, int toRow, int fromColumn, int length, ref float panel, int width)
    {
        for (int r = fromRow; r < toRow; r++)
        {
            for (int i = fromColumn; i < length; i++)
            {
                Unsafe.Add(ref panel, (i * width) + r) = Unsafe.Add(ref rows, (r * length) + i);
            }
        }
    }
}
