using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PatchMoE.Kernels;

/// <summary>
/// Weights in panels of 16 neurons: the values i of a panel's neurons are contiguous, so that one broadcast value of a patch meets many neurons and no sum over
/// lanes is needed.
/// </summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class Panels
{
    /// <summary>Neurons of a panel.</summary>
    private const int Width = 16;

    /// <summary>panels[v, i, r] = rows[16·v + r, i], and 0 for the neurons that pad the last panel.</summary>
    /// <param name="rows">[count, length].</param>
    /// <param name="count">Neurons.</param>
    /// <param name="length">d.</param>
    /// <param name="panels">[⌈count / 16⌉, length, 16], written.</param>
    public static void Pack(ref float rows, int count, int length, ref float panels)
    {
        for (int r = 0; r < count; r += Width)
        {
            PackOne(ref Unsafe.Add(ref rows, r * length), length, Math.Min(Width, count - r), length, ref Unsafe.Add(ref panels, r * length));
        }
    }

    /// <summary>The same of a block of the rows' values.</summary>
    /// <param name="rows">The block of the first row.</param>
    /// <param name="step">Floats from one row to the next.</param>
    /// <param name="count">Neurons.</param>
    /// <param name="length">Values of the block.</param>
    /// <param name="panels">[⌈count / 16⌉], each [length, 16], written.</param>
    /// <param name="panelStep">Floats from one panel to the next.</param>
    public static void PackBlock(ref float rows, int step, int count, int length, ref float panels, int panelStep)
    {
        for (int r = 0; r < count; r += Width)
        {
            PackOne(ref Unsafe.Add(ref rows, r * step), step, Math.Min(Width, count - r), length, ref panels);
            panels = ref Unsafe.Add(ref panels, panelStep);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackOne(ref float rows, int step, int count, int length, ref float panel)
    {
        if (count < Width)
        {
            MemoryMarshal.CreateSpan(ref panel, length * Width).Clear();
        }

        int r = 0;
        for (; r <= count - 4; r += 4)
        {
            int i = 0;
            for (; i <= length - 4; i += 4)
            {
                ref float from = ref Unsafe.Add(ref rows, (r * step) + i);
                ref float to = ref Unsafe.Add(ref panel, (i * Width) + r);
                Vector128<float> a = Vector128.LoadUnsafe(ref from);
                Vector128<float> b = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, step));
                Vector128<float> c = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * step));
                Vector128<float> d = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * step));
                (Vector128<float> ac0, Vector128<float> ac1) = Lanes4.Interleave(a, c);
                (Vector128<float> bd0, Vector128<float> bd1) = Lanes4.Interleave(b, d);
                (Vector128<float> i0, Vector128<float> i1) = Lanes4.Interleave(ac0, bd0);
                (Vector128<float> i2, Vector128<float> i3) = Lanes4.Interleave(ac1, bd1);
                i0.StoreUnsafe(ref to);
                i1.StoreUnsafe(ref Unsafe.Add(ref to, Width));
                i2.StoreUnsafe(ref Unsafe.Add(ref to, 2 * Width));
                i3.StoreUnsafe(ref Unsafe.Add(ref to, 3 * Width));
            }

            Copy(ref rows, step, r, r + 4, i, length, ref panel);
        }

        Copy(ref rows, step, r, count, 0, length, ref panel);
    }

    private static void Copy(ref float rows, int step, int fromRow, int toRow, int fromColumn, int length, ref float panel)
    {
        for (int r = fromRow; r < toRow; r++)
        {
            for (int i = fromColumn; i < length; i++)
            {
                Unsafe.Add(ref panel, (i * Width) + r) = Unsafe.Add(ref rows, (r * step) + i);
            }
        }
    }
}
