using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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

    /// <summary>rows[r, p] = tile[p, r], r from…to−1: what a tile of patches gave for a panel, to each neuron's or expert's row.</summary>
    /// <param name="tile">[patches, 16].</param>
    /// <param name="patches">Patches.</param>
    /// <param name="rows">The first patch of the panel's first row.</param>
    /// <param name="step">Floats from one row to the next.</param>
    /// <param name="from">The first row that is written.</param>
    /// <param name="to">The row behind the last.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Turn(ref float tile, int patches, ref float rows, int step, int from, int to)
    {
        int r = from;
        for (; r <= to - 4; r += 4)
        {
            int p = 0;
            for (; p <= patches - 4; p += 4)
            {
                TurnFour(ref Unsafe.Add(ref tile, (p * Width) + r), Width, ref Unsafe.Add(ref rows, (r * step) + p), step);
            }

            TurnRest(ref tile, p, patches, ref rows, step, r, r + 4);
        }

        TurnRest(ref tile, 0, patches, ref rows, step, r, to);
    }

    private static void TurnRest(ref float tile, int firstPatch, int patches, ref float rows, int step, int from, int to)
    {
        for (int r = from; r < to; r++)
        {
            for (int p = firstPatch; p < patches; p++)
            {
                Unsafe.Add(ref rows, (r * step) + p) = Unsafe.Add(ref tile, (p * Width) + r);
            }
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
        if (Avx.IsSupported)
        {
            for (; r <= count - 8; r += 8)
            {
                int i = 0;
                for (; i <= length - 8; i += 8)
                {
                    TurnEight(ref Unsafe.Add(ref rows, (r * step) + i), step, ref Unsafe.Add(ref panel, (i * Width) + r));
                }

                Copy(ref rows, step, r, r + 8, i, length, ref panel);
            }
        }

        for (; r <= count - 4; r += 4)
        {
            int i = 0;
            for (; i <= length - 4; i += 4)
            {
                TurnFour(ref Unsafe.Add(ref rows, (r * step) + i), step, ref Unsafe.Add(ref panel, (i * Width) + r), Width);
            }

            Copy(ref rows, step, r, r + 4, i, length, ref panel);
        }

        Copy(ref rows, step, r, count, 0, length, ref panel);
    }

    /// <summary>Four values of four rows: a vector for each row becomes one for each value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnFour(ref float from, int step, ref float to, int toStep)
    {
        Vector128<float> a = Vector128.LoadUnsafe(ref from);
        Vector128<float> b = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, step));
        Vector128<float> c = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 2 * step));
        Vector128<float> d = Vector128.LoadUnsafe(ref Unsafe.Add(ref from, 3 * step));
        (Vector128<float> ac0, Vector128<float> ac1) = Lanes4.Interleave(a, c);
        (Vector128<float> bd0, Vector128<float> bd1) = Lanes4.Interleave(b, d);
        (Vector128<float> i0, Vector128<float> i1) = Lanes4.Interleave(ac0, bd0);
        (Vector128<float> i2, Vector128<float> i3) = Lanes4.Interleave(ac1, bd1);
        i0.StoreUnsafe(ref to);
        i1.StoreUnsafe(ref Unsafe.Add(ref to, toStep));
        i2.StoreUnsafe(ref Unsafe.Add(ref to, 2 * toStep));
        i3.StoreUnsafe(ref Unsafe.Add(ref to, 3 * toStep));
    }

    /// <summary>Eight values of eight rows: a vector for each row becomes one for each value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnEight(ref float rows, int step, ref float to)
    {
        Vector256<float> a = Vector256.LoadUnsafe(ref rows);
        Vector256<float> b = Vector256.LoadUnsafe(ref Unsafe.Add(ref rows, step));
        Vector256<float> c = Vector256.LoadUnsafe(ref Unsafe.Add(ref rows, 2 * step));
        Vector256<float> d = Vector256.LoadUnsafe(ref Unsafe.Add(ref rows, 3 * step));
        Vector256<float> e = Vector256.LoadUnsafe(ref Unsafe.Add(ref rows, 4 * step));
        Vector256<float> f = Vector256.LoadUnsafe(ref Unsafe.Add(ref rows, 5 * step));
        Vector256<float> g = Vector256.LoadUnsafe(ref Unsafe.Add(ref rows, 6 * step));
        Vector256<float> h = Vector256.LoadUnsafe(ref Unsafe.Add(ref rows, 7 * step));

        // In each half: first two rows, then four, then all eight side by side.
        (Vector256<float> ab0, Vector256<float> ab1) = (Avx.UnpackLow(a, b), Avx.UnpackHigh(a, b));
        (Vector256<float> cd0, Vector256<float> cd1) = (Avx.UnpackLow(c, d), Avx.UnpackHigh(c, d));
        (Vector256<float> ef0, Vector256<float> ef1) = (Avx.UnpackLow(e, f), Avx.UnpackHigh(e, f));
        (Vector256<float> gh0, Vector256<float> gh1) = (Avx.UnpackLow(g, h), Avx.UnpackHigh(g, h));
        Halves(Avx.Shuffle(ab0, cd0, LowPairs), Avx.Shuffle(ef0, gh0, LowPairs), ref to);
        Halves(Avx.Shuffle(ab0, cd0, HighPairs), Avx.Shuffle(ef0, gh0, HighPairs), ref Unsafe.Add(ref to, Width));
        Halves(Avx.Shuffle(ab1, cd1, LowPairs), Avx.Shuffle(ef1, gh1, LowPairs), ref Unsafe.Add(ref to, 2 * Width));
        Halves(Avx.Shuffle(ab1, cd1, HighPairs), Avx.Shuffle(ef1, gh1, HighPairs), ref Unsafe.Add(ref to, 3 * Width));
    }

    private const byte LowPairs = 0b01_00_01_00;
    private const byte HighPairs = 0b11_10_11_10;

    /// <summary>A value of eight rows, and the fourth behind it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Halves(Vector256<float> upperRows, Vector256<float> lowerRows, ref float to)
    {
        Avx.Permute2x128(upperRows, lowerRows, 0x20).StoreUnsafe(ref to);
        Avx.Permute2x128(upperRows, lowerRows, 0x31).StoreUnsafe(ref Unsafe.Add(ref to, 4 * Width));
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
