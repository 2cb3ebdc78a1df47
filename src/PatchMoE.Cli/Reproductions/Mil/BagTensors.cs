using PatchMoE.Training.Data;
using static TorchSharp.torch;

namespace PatchMoE.Cli.Reproductions.Mil;

/// <summary>The bags of a data set as tensors, without the padding.</summary>
internal sealed class BagTensors : IDisposable
{
    private readonly Tensor[] _digits;
    private readonly int[] _lengths;
    private readonly int[] _labels;

    public BagTensors(Dataset data)
    {
        int dimension = data.InputShape[^1];
        _lengths = data.Lengths.ToArray();
        _labels = data.Labels.ToArray();
        _digits =
        [
            .. Enumerable.Range(0, data.Count)
                .Select(bag => tensor(data.InputsOf(bag, 1)[..(_lengths[bag] * dimension)].ToArray()).reshape(_lengths[bag], dimension).DetachFromDisposeScope()),
        ];
    }

    /// <summary>The number of bags.</summary>
    public int Count => _digits.Length;

    /// <summary>A batch of bags.</summary>
    public BagBatch Batch(ReadOnlySpan<int> bags)
    {
        int[] chosen = bags.ToArray();
        return new BagBatch(cat([.. chosen.Select(bag => _digits[bag])]), [.. chosen.Select(bag => _lengths[bag])]);
    }

    /// <summary>1 for a positive bag, 0 for a negative one, [B].</summary>
    public Tensor Targets(ReadOnlySpan<int> bags) => tensor([.. bags.ToArray().Select(bag => _labels[bag] > 0 ? 1f : 0f)], float32);

    public void Dispose()
    {
        foreach (Tensor bag in _digits)
        {
            bag.Dispose();
        }
    }
}
