using PatchMoE.Kernels;

namespace PatchMoE;

/// <summary>
/// The tokens of the segments of one text, as rows of a table of their vectors (<see cref="TextEmbedding.Trained"/>): what the patches of the text are made of, as often as the table
/// changes.
/// </summary>
/// <param name="patches">[S], the patch that each segment is, ascending: its index among all places of the input.</param>
/// <param name="ends">[S], where the tokens of each segment end.</param>
/// <param name="rows">The tokens of all segments, one after the other.</param>
/// <param name="features">[S, f], the features of each segment's place, which follow its vector; empty if there are none.</param>
public sealed class SegmentTokens(int[] patches, int[] ends, int[] rows, float[] features)
{
    /// <summary>[S], the patch that each segment is.</summary>
    public ReadOnlySpan<int> Patches => patches;

    /// <summary>[S], where the tokens of each segment end.</summary>
    public ReadOnlySpan<int> Ends => ends;

    /// <summary>The tokens of all segments.</summary>
    public ReadOnlySpan<int> Rows => rows;

    /// <summary>[S, f], the features of each segment's place.</summary>
    public ReadOnlySpan<float> Features => features;

    /// <summary>The tokens of one segment.</summary>
    /// <param name="segment">0…S−1.</param>
    public ReadOnlySpan<int> RowsOf(int segment) => rows.AsSpan((segment == 0 ? 0 : ends[segment - 1])..ends[segment]);

    /// <summary>Writes the text as the input of a network: the mean of each segment's vectors, and the features behind it.</summary>
    /// <param name="table">[V, dimension].</param>
    /// <param name="dimension">The length of a vector.</param>
    /// <param name="patch">The length of a patch: a vector, and the features that follow it.</param>
    /// <param name="values">[(groups), n, <paramref name="patch"/>], written; 0 where there is no segment.</param>
    internal void WriteValues(ReadOnlySpan<float> table, int dimension, int patch, Span<float> values)
    {
        values.Clear();
        WritePatches(table, dimension, patch, values);
    }

    /// <summary>The same, but what lies past the valid patches is left as it is.</summary>
    /// <param name="table">As in <see cref="WriteValues"/>, like all that follow.</param>
    /// <param name="dimension">The length of a vector.</param>
    /// <param name="patch">The length of a patch.</param>
    /// <param name="values">[(groups), n, <paramref name="patch"/>], the patches of segments written.</param>
    internal void WritePatches(ReadOnlySpan<float> table, int dimension, int patch, Span<float> values)
    {
        int places = patch - dimension;
        for (int i = 0; i < patches.Length; i++)
        {
            Span<float> target = values.Slice(patches[i] * patch, patch);
            EmbeddingBag.Mean(RowsOf(i), table, target[..dimension]);
            Features.Slice(i * places, places).CopyTo(target[dimension..]);
        }
    }
}
