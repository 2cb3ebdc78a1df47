namespace PatchMoE.Training.Data;

/// <summary>Labelled samples: the input of training and evaluation, whatever their source.</summary>
public sealed partial class Dataset
{
    private readonly float[] _inputs;
    private readonly int[] _labels;
    private readonly int[] _lengths;
    private readonly int[]? _discriminativePatches;

    /// <summary>Wraps arrays; nothing is copied.</summary>
    /// <param name="inputShape">The shape of one sample: [H, W, C], [n, d] or [T, n, d].</param>
    /// <param name="inputs">[N, the product of <paramref name="inputShape"/>].</param>
    /// <param name="labels">[N]; −1 or +1 for the logistic loss, 0…C−1 for softmax cross entropy.</param>
    /// <param name="lengths">Valid patches, [N] or [N, groups]; null if all are valid.</param>
    /// <param name="discriminativePatches">
    /// [N], the index of the patch that decides the class, in the model's row-major patch order, −1 if unknown; null if none is known.
    /// </param>
    /// <exception cref="ArgumentException">The lengths do not match.</exception>
    public Dataset(EquatableArray<int> inputShape, float[] inputs, int[] labels, int[]? lengths = null, int[]? discriminativePatches = null)
        : this(inputShape, inputs, labels, lengths, discriminativePatches, longer: false)
    {
    }

    private Dataset(EquatableArray<int> inputShape, float[] inputs, int[] labels, int[]? lengths, int[]? discriminativePatches, bool longer)
    {
        InputShape = inputShape;
        InputLength = inputShape.Aggregate(1, (product, size) => checked(product * size));
        long wanted = (long)labels.Length * InputLength;
        if (inputs.LongLength < wanted || (inputs.LongLength > wanted && !longer))
        {
            throw new ArgumentException($"{inputs.Length} values are not {labels.Length} samples of {InputLength} values.", nameof(inputs));
        }

        if (lengths is not null && (labels.Length == 0 || lengths.Length % labels.Length != 0))
        {
            throw new ArgumentException($"{lengths.Length} valid-patch counts are not a whole number for each of {labels.Length} samples.", nameof(lengths));
        }

        if (discriminativePatches is not null && discriminativePatches.Length != labels.Length)
        {
            throw new ArgumentException($"{discriminativePatches.Length} discriminative patches for {labels.Length} samples.", nameof(discriminativePatches));
        }

        (_inputs, _labels, _lengths, _discriminativePatches) = (inputs, labels, lengths ?? [], discriminativePatches);
    }

    /// <summary>N, the number of samples.</summary>
    public int Count => _labels.Length;

    /// <summary>The shape of one sample.</summary>
    public EquatableArray<int> InputShape { get; }

    /// <summary>The number of values in one sample.</summary>
    public int InputLength { get; }

    /// <summary>How the images are augmented in each epoch of training; null if they are not.</summary>
    internal ImageAugmentation? Augmentation { get; init; }

    /// <summary>[N, <see cref="InputLength"/>].</summary>
    public ReadOnlySpan<float> Inputs => _inputs.AsSpan(0, Count * InputLength);

    /// <summary>[N].</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Valid patches, [N, <see cref="LengthsPerSample"/>]; empty if all are valid.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>Counts per sample in <see cref="Lengths"/>: 0 if all patches are valid, else 1 or the number of groups.</summary>
    public int LengthsPerSample => Count == 0 ? 0 : _lengths.Length / Count;

    /// <summary>[N], the patch that decides the class of each sample, −1 if unknown; empty if none is known.</summary>
    public ReadOnlySpan<int> DiscriminativePatches => _discriminativePatches;

    /// <summary>The first samples; only labels and counts are copied.</summary>
    /// <param name="count">1…<see cref="Count"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer samples.</exception>
    public Dataset First(int count)
    {
        if (count < 1 || count > Count)
        {
            throw new ArgumentOutOfRangeException(nameof(count), count, $"Take 1 to {Count} of the {Count} samples.");
        }

        return new Dataset(
            InputShape, _inputs, _labels[..count], _lengths.Length == 0 ? null : _lengths[..(count * LengthsPerSample)], _discriminativePatches?[..count], longer: true);
    }

    /// <summary>The values of samples <paramref name="start"/>…<paramref name="start"/>+<paramref name="count"/>−1.</summary>
    public ReadOnlySpan<float> InputsOf(int start, int count) => Inputs.Slice(start * InputLength, count * InputLength);

    /// <summary>The valid-patch counts of samples <paramref name="start"/>…<paramref name="start"/>+<paramref name="count"/>−1; empty if all are valid.</summary>
    public ReadOnlySpan<int> LengthsOf(int start, int count) => Lengths.Slice(start * LengthsPerSample, count * LengthsPerSample);

    /// <summary>Copies the values of samples, one after another.</summary>
    /// <param name="samples">Their indices.</param>
    /// <param name="inputs">At least [B, <see cref="InputLength"/>], written.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    internal void GatherInputs(ReadOnlySpan<int> samples, Span<float> inputs)
    {
        for (int b = 0; b < samples.Length; b++)
        {
            InputsOf(Existing(samples[b]), 1).CopyTo(inputs[(b * InputLength)..]);
        }
    }

    /// <summary>Copies the labels and valid-patch counts of samples.</summary>
    /// <param name="samples">Their indices.</param>
    /// <param name="labels">At least [B], written.</param>
    /// <param name="lengths">At least [B, <see cref="LengthsPerSample"/>], written.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    internal void GatherLabels(ReadOnlySpan<int> samples, Span<int> labels, Span<int> lengths)
    {
        for (int b = 0; b < samples.Length; b++)
        {
            labels[b] = _labels[Existing(samples[b])];
            LengthsOf(samples[b], 1).CopyTo(lengths[(b * LengthsPerSample)..]);
        }
    }

    private int Existing(int sample) => (uint)sample < (uint)Count
        ? sample
        : throw new ArgumentOutOfRangeException(nameof(sample), sample, $"The data have {Count} samples.");
}
