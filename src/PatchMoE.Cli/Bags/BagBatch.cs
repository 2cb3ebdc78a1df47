using static TorchSharp.torch;

namespace PatchMoE.Cli.Bags;

/// <summary>A batch of bags: only their digits are embedded; what pools them is padded to the longest bag.</summary>
internal sealed class BagBatch
{
    private readonly Tensor _slots;
    private readonly long _longest;

    /// <summary>Places the digits of bags.</summary>
    /// <param name="digits">[the sum of the lengths, d], bag after bag.</param>
    /// <param name="lengths">The number of digits of each bag, ≥ 1.</param>
    public BagBatch(Tensor digits, IReadOnlyList<int> lengths)
    {
        _longest = lengths.Max();
        _slots = tensor([.. lengths.SelectMany((length, bag) => Enumerable.Range(0, length).Select(digit => (bag * _longest) + digit))], int64);
        Digits = digits;
        Lengths = tensor([.. lengths.Select(length => (float)length)], float32);
        IsPadding = arange(_longest).unsqueeze(0) >= Lengths.unsqueeze(1);
    }

    /// <summary>[digits, d].</summary>
    public Tensor Digits { get; }

    /// <summary>[B].</summary>
    public Tensor Lengths { get; }

    /// <summary>[B, longest].</summary>
    public Tensor IsPadding { get; }

    /// <summary>From [digits, values] to [B, longest, values].</summary>
    /// <param name="rows">A row for each digit.</param>
    /// <param name="padding">The value where a bag has no digit.</param>
    public Tensor Pad(Tensor rows, float padding) =>
        full([Lengths.shape[0] * _longest, rows.shape[1]], padding).index_copy(0, _slots, rows).reshape(Lengths.shape[0], _longest, rows.shape[1]);
}
