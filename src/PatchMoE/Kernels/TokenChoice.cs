using System.ComponentModel;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PatchMoE.Kernels;

/// <summary>
/// Token choice: each patch picks its best experts, and the pairs of patch and choice are brought into the order of the experts. Everything has one order, so that neither threads
/// nor the width of the vectors change a result.
/// </summary>
/// <remarks>
/// Choices are [t, n]: row r holds the r-th best expert of each patch. A choice beyond an expert's capacity becomes its complement, ~expert, so that it is negative and the expert is
/// still known.
/// </remarks>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class TokenChoice
{
    /// <summary>The most values that a vector holds: room for one row of <c>best</c>.</summary>
    public const int Lanes = 16;

    /// <summary>
    /// The experts with the largest scores of each patch, best first; of equal scores the lower expert first. A vector of patches at a time goes through all experts, and each is inserted
    /// into their sorted lists without a branch that depends on a score: t·k steps. Whatever the scores are, even NaN, the experts of a patch are distinct.
    /// </summary>
    /// <param name="scores">[k, n].</param>
    /// <param name="valid">The number of patches that choose.</param>
    /// <param name="patches">n.</param>
    /// <param name="experts">k.</param>
    /// <param name="perPatch">t ≤ k.</param>
    /// <param name="choices">[t, n], written for the valid patches.</param>
    /// <param name="best">[t, 16], scratch.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Choose(ref float scores, int valid, int patches, int experts, int perPatch, ref int choices, ref float best)
    {
        int j = 0;
        for (; j <= valid - Vector<float>.Count; j += Vector<float>.Count)
        {
            ChooseVector(ref Unsafe.Add(ref scores, j), patches, experts, perPatch, ref Unsafe.Add(ref choices, j), ref best);
        }

        for (; j < valid; j++)
        {
            ChooseOne(ref Unsafe.Add(ref scores, j), patches, experts, perPatch, ref Unsafe.Add(ref choices, j), ref best);
        }
    }

    /// <summary>Divides each patch's values by their sum over the experts, a vector of patches at a time.</summary>
    /// <param name="values">[k, n].</param>
    /// <param name="valid">The number of patches whose values are divided.</param>
    /// <param name="patches">n.</param>
    /// <param name="experts">k.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Normalise(ref float values, int valid, int patches, int experts)
    {
        int j = 0;
        for (; j <= valid - Vector<float>.Count; j += Vector<float>.Count)
        {
            Vector<float> sum = Vector<float>.Zero;
            for (int s = 0; s < experts; s++)
            {
                sum += Vector.LoadUnsafe(ref values, (nuint)((s * patches) + j));
            }

            for (int s = 0; s < experts; s++)
            {
                ref float at = ref Unsafe.Add(ref values, (s * patches) + j);
                (Vector.LoadUnsafe(ref at) / sum).StoreUnsafe(ref at);
            }
        }

        for (; j < valid; j++)
        {
            float sum = 0f;
            for (int s = 0; s < experts; s++)
            {
                sum += Unsafe.Add(ref values, (s * patches) + j);
            }

            for (int s = 0; s < experts; s++)
            {
                Unsafe.Add(ref values, (s * patches) + j) /= sum;
            }
        }
    }

    /// <summary>The expert of a choice, dropped or not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Expert(int choice) => choice ^ (choice >> 31);

    /// <summary>Marks the choices beyond the capacity of their expert: all first choices go before any second one, and among equals the lower patch.</summary>
    /// <param name="choices">[t, n].</param>
    /// <param name="valid">The number of patches that chose.</param>
    /// <param name="patches">n.</param>
    /// <param name="experts">k.</param>
    /// <param name="perPatch">t.</param>
    /// <param name="capacity">The most patches that an expert takes.</param>
    /// <param name="taken">[k], scratch.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Limit(ref int choices, int valid, int patches, int experts, int perPatch, int capacity, ref int taken)
    {
        MemoryMarshal.CreateSpan(ref taken, experts).Clear();
        for (int r = 0; r < perPatch; r++)
        {
            ref int row = ref Unsafe.Add(ref choices, r * patches);
            for (int j = 0; j < valid; j++)
            {
                Take(ref Unsafe.Add(ref row, j), capacity, ref taken);
            }
        }
    }

    /// <summary>The same, where patches go in a given order within a rank.</summary>
    /// <param name="choices">[t, n].</param>
    /// <param name="valid">The number of patches that chose.</param>
    /// <param name="patches">n.</param>
    /// <param name="experts">k.</param>
    /// <param name="perPatch">t.</param>
    /// <param name="capacity">The most patches that an expert takes.</param>
    /// <param name="taken">[k], scratch.</param>
    /// <param name="order">[valid], the patches, first come first.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void LimitInOrder(ref int choices, int valid, int patches, int experts, int perPatch, int capacity, ref int taken, ref int order)
    {
        MemoryMarshal.CreateSpan(ref taken, experts).Clear();
        for (int r = 0; r < perPatch; r++)
        {
            ref int row = ref Unsafe.Add(ref choices, r * patches);
            for (int i = 0; i < valid; i++)
            {
                Take(ref Unsafe.Add(ref row, Unsafe.Add(ref order, i)), capacity, ref taken);
            }
        }
    }

    /// <summary>Sorts the pairs of patch and choice by expert, within an expert by patch, by counting; the pairs that no expert takes come last, by patch and rank.</summary>
    /// <param name="choices">[t, n].</param>
    /// <param name="valid">The number of patches that chose.</param>
    /// <param name="patches">n.</param>
    /// <param name="experts">k.</param>
    /// <param name="perPatch">t.</param>
    /// <param name="starts">[k + 1], written: expert s takes the pairs from starts[s] to starts[s + 1] − 1.</param>
    /// <param name="routes">[n·t], written: the patch of each pair.</param>
    /// <param name="places">[t, n], written: where the pair of each choice is.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Sort(ref int choices, int valid, int patches, int experts, int perPatch, ref int starts, ref int routes, ref int places)
    {
        // Behind starts[0] = 0, an expert's entry counts its pairs, then tells where its next one goes, and in the end where the next expert's begin.
        MemoryMarshal.CreateSpan(ref starts, experts + 1).Clear();
        ref int next = ref Unsafe.Add(ref starts, 1);
        for (int r = 0; r < perPatch; r++)
        {
            ref int row = ref Unsafe.Add(ref choices, r * patches);
            for (int j = 0; j < valid; j++)
            {
                int expert = Unsafe.Add(ref row, j);
                if (expert >= 0)
                {
                    Unsafe.Add(ref next, expert)++;
                }
            }
        }

        int left = 0;
        for (int s = 0; s < experts; s++)
        {
            int count = Unsafe.Add(ref next, s);
            Unsafe.Add(ref next, s) = left;
            left += count;
        }

        for (int j = 0; j < valid; j++)
        {
            for (int r = 0; r < perPatch; r++)
            {
                int expert = Unsafe.Add(ref choices, (r * patches) + j);
                int place = expert >= 0 ? Unsafe.Add(ref next, expert)++ : left++;
                Unsafe.Add(ref routes, place) = j;
                Unsafe.Add(ref places, (r * patches) + j) = place;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(ref int choice, int capacity, ref int taken)
    {
        int expert = choice;
        if (Unsafe.Add(ref taken, expert) < capacity)
        {
            Unsafe.Add(ref taken, expert)++;
        }
        else
        {
            choice = ~expert;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ChooseVector(ref float scores, int patches, int experts, int perPatch, ref int choices, ref float best)
    {
        for (int s = 0; s < experts; s++)
        {
            var score = Vector.LoadUnsafe(ref scores, (nuint)(s * patches));
            Vector<int> expert = new(s);

            // From the first smaller score on, all of a list move down by one: what is equal keeps its order.
            Vector<int> moves = Vector<int>.Zero;
            int held = Math.Min(s, perPatch);
            for (int r = 0; r < held; r++)
            {
                ref float bestAt = ref Unsafe.Add(ref best, r * Lanes);
                ref int choiceAt = ref Unsafe.Add(ref choices, r * patches);
                var other = Vector.LoadUnsafe(ref bestAt);
                var its = Vector.LoadUnsafe(ref choiceAt);
                moves |= Vector.GreaterThan(score, other);
                Vector.ConditionalSelect(moves, score, other).StoreUnsafe(ref bestAt);
                Vector.ConditionalSelect(moves, expert, its).StoreUnsafe(ref choiceAt);
                score = Vector.ConditionalSelect(moves, other, score);
                expert = Vector.ConditionalSelect(moves, its, expert);
            }

            if (held < perPatch)
            {
                score.StoreUnsafe(ref Unsafe.Add(ref best, held * Lanes));
                expert.StoreUnsafe(ref Unsafe.Add(ref choices, held * patches));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ChooseOne(ref float scores, int patches, int experts, int perPatch, ref int choices, ref float best)
    {
        for (int s = 0; s < experts; s++)
        {
            float score = Unsafe.Add(ref scores, s * patches);
            int held = Math.Min(s, perPatch);
            int at = 0;
            while (at < held && !(score > Unsafe.Add(ref best, at)))
            {
                at++;
            }

            for (int r = Math.Min(held, perPatch - 1); r > at; r--)
            {
                Unsafe.Add(ref best, r) = Unsafe.Add(ref best, r - 1);
                Unsafe.Add(ref choices, r * patches) = Unsafe.Add(ref choices, (r - 1) * patches);
            }

            if (at < perPatch)
            {
                Unsafe.Add(ref best, at) = score;
                Unsafe.Add(ref choices, at * patches) = s;
            }
        }
    }
}
