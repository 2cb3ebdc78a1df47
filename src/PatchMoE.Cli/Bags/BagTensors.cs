using PatchMoE.Training.Data;
using static TorchSharp.torch;

namespace PatchMoE.Cli.Bags;

/// <summary>Bags as tensors, without the padding.</summary>
internal sealed class BagTensors : IDisposable
{
    private readonly Tensor[] _digits;
    private readonly int[] _lengths;
    private readonly int[] _labels;

    /// <summary>Copies bags <paramref name="start"/>…<paramref name="start"/>+<paramref name="count"/>−1.</summary>
    public BagTensors(Dataset data, int start, int count)
    {
        int dimension = data.InputShape[^1];
        _lengths = data.LengthsOf(start, count).ToArray();
        _labels = data.Labels.Slice(start, count).ToArray();
        _digits = [.. _lengths.Select((length, i) => Digits(data.InputsOf(start + i, 1)[..(length * dimension)], dimension))];
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

    public void Dispose() => Array.ForEach(_digits, bag => bag.Dispose());

    private static Tensor Digits(ReadOnlySpan<float> values, int dimension) => tensor(values.ToArray()).reshape(-1, dimension).DetachFromDisposeScope();
}
