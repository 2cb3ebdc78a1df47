using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PatchMoE.Kernels;

/// <summary>
/// Vectors of segments as means of the vectors of their tokens, which are rows of a table: v = (e₁ + … + e_c) / c, added in the order of the tokens; and the gradient of a row, the sum of
/// ∂L/∂v / c over all of its occurrences, in the order of the samples, segments and tokens (as EmbeddingBag with the mode mean does in PyTorch). Each operation is rounded separately, so
/// the bits are equal on all machines. Nothing is allocated.
/// </summary>
internal static class EmbeddingBag
{
    /// <summary>Writes a text as the input of a network.</summary>
    /// <param name="text">The tokens of its segments.</param>
    /// <param name="table">[V, dimension].</param>
    /// <param name="dimension">The length of a vector.</param>
    /// <param name="patch">The length of a patch: a vector, and the features that follow it.</param>
    /// <param name="values">[(groups), n, <paramref name="patch"/>], written; 0 where there is no segment.</param>
    public static void Forward(SegmentTokens text, ReadOnlySpan<float> table, int dimension, int patch, Span<float> values)
    {
        values.Clear();
        int features = patch - dimension;
        for (int i = 0; i < text.Patches.Length; i++)
        {
            Span<float> target = values.Slice(text.Patches[i] * patch, patch);
            Mean(text.RowsOf(i), table, target[..dimension]);
            text.Features.Slice(i * features, features).CopyTo(target[dimension..]);
        }
    }

    /// <summary>The mean of the vectors of some tokens.</summary>
    /// <param name="rows">The tokens.</param>
    /// <param name="table">[V, dimension].</param>
    /// <param name="vector">[dimension], written; 0 without tokens.</param>
    public static void Mean(ReadOnlySpan<int> rows, ReadOnlySpan<float> table, Span<float> vector)
    {
        if (rows.IsEmpty)
        {
            vector.Clear();
            return;
        }

        table.Slice(rows[0] * vector.Length, vector.Length).CopyTo(vector);
        foreach (int row in rows[1..])
        {
            UpdateLoop.Run(new Sum(table.Slice(row * vector.Length, vector.Length), vector), vector.Length);
        }

        UpdateLoop.Run(new Division(vector, rows.Length), vector.Length);
    }

    /// <summary>Adds what one occurrence of a token contributes to the gradient of its row.</summary>
    /// <param name="vectorGradient">∂L/∂v, [dimension], of the segment that it is in.</param>
    /// <param name="tokens">c, the number of the segment's tokens.</param>
    /// <param name="rowGradient">[dimension], added to.</param>
    public static void AddGradient(ReadOnlySpan<float> vectorGradient, int tokens, Span<float> rowGradient) =>
        UpdateLoop.Run(new GradientSum(vectorGradient, tokens, rowGradient), rowGradient.Length);

    private readonly ref struct Sum(ReadOnlySpan<float> row, Span<float> vector) : IUpdateRule
    {
        private readonly ref float _row = ref MemoryMarshal.GetReference(row);
        private readonly ref float _vector = ref MemoryMarshal.GetReference(vector);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TVector, TSimd>(int i)
            where TVector : struct
            where TSimd : ISimd<TVector> => TSimd.Store(TSimd.Add(TSimd.Load(ref _vector, i), TSimd.Load(ref _row, i)), ref _vector, i);
    }

    private readonly ref struct Division(Span<float> vector, int divisor) : IUpdateRule
    {
        private readonly ref float _vector = ref MemoryMarshal.GetReference(vector);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TVector, TSimd>(int i)
            where TVector : struct
            where TSimd : ISimd<TVector> => TSimd.Store(TSimd.Divide(TSimd.Load(ref _vector, i), TSimd.Create(divisor)), ref _vector, i);
    }

    private readonly ref struct GradientSum(ReadOnlySpan<float> vectorGradient, int tokens, Span<float> rowGradient) : IUpdateRule
    {
        private readonly ref float _vectorGradient = ref MemoryMarshal.GetReference(vectorGradient);
        private readonly ref float _rowGradient = ref MemoryMarshal.GetReference(rowGradient);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Update<TVector, TSimd>(int i)
            where TVector : struct
            where TSimd : ISimd<TVector>
        {
            TVector share = TSimd.Divide(TSimd.Load(ref _vectorGradient, i), TSimd.Create(tokens));
            TSimd.Store(TSimd.Add(TSimd.Load(ref _rowGradient, i), share), ref _rowGradient, i);
        }
    }
}
