using PatchMoE.Kernels;

namespace PatchMoE.Training.Data;

/// <summary>Labelled samples: the input of training and evaluation, whatever their source.</summary>
public sealed partial class Dataset
{
    private readonly SampleStore _inputs;
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
        : this(inputShape, new FloatStore(inputs, LengthOf(inputShape)), labels, lengths, discriminativePatches)
    {
        if (inputs.LongLength != (long)labels.Length * InputLength)
        {
            throw new ArgumentException($"{inputs.Length} values are not {labels.Length} samples of {InputLength} values.", nameof(inputs));
        }
    }

    /// <summary>Samples wherever they are stored; the store may hold more than there are labels.</summary>
    internal Dataset(EquatableArray<int> inputShape, SampleStore inputs, int[] labels, int[]? lengths = null, int[]? discriminativePatches = null)
    {
        (InputShape, InputLength) = (inputShape, LengthOf(inputShape));

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

    /// <summary>What a sample is called, for example its file in the folder of the data; empty if the samples have no names.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>The texts that the samples were made of, for a report; null if they are none.</summary>
    internal IReadOnlyList<TextDocument>? Documents { get; init; }

    /// <summary>How the images are augmented in each epoch of training; null if they are not.</summary>
    internal ImageAugmentation? Augmentation { get; init; }

    /// <summary>Whether the samples are in memory, so that <see cref="Inputs"/> can be read.</summary>
    public bool IsInMemory => _inputs is FloatStore or ByteStore;

    /// <summary>Whether they are in memory as pixels of a byte each.</summary>
    internal bool HasPixels => _inputs is ByteStore;

    /// <summary>[N, <see cref="InputLength"/>]. Samples that are in memory as pixels are decoded, all of them, when this is first asked for; <see cref="CopyInputs(int, int, Span{float})"/> decodes only what it copies.</summary>
    /// <exception cref="InvalidOperationException">The values are computed as they are read (see <see cref="IsInMemory"/>): use <see cref="CopyInputs(int, int, Span{float})"/>.</exception>
    public ReadOnlySpan<float> Inputs => _inputs switch
    {
        FloatStore floats => floats.Values.AsSpan(0, Count * InputLength),
        ByteStore bytes => bytes.Values.AsSpan(0, Count * InputLength),
        _ => throw new InvalidOperationException("These samples are not in memory: they are decoded or varied as they are read. Use CopyInputs."),
    };

    /// <summary>[N, <see cref="InputLength"/>], as they are in memory: floats, or pixels.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Inputs"/>.</exception>
    internal InputValues Values => _inputs is ByteStore bytes ? new InputValues(bytes.Pixels.AsSpan(0, Count * InputLength)) : new InputValues(Inputs);

    /// <summary>Whether the samples are texts whose vectors come from a network's table of tokens (<see cref="TextEmbedding.Trained"/>).</summary>
    public bool HasTokens => _inputs.HasTokens;

    /// <summary>The tokens of a text.</summary>
    /// <param name="sample">Its index.</param>
    internal SegmentTokens TokensOf(int sample) => _inputs.TokensOf(Existing(sample));

    /// <summary>
    /// The same samples, whose values come from the table of tokens in a network's weights: they change as the table does. Data without tokens stay as they are. A
    /// <see cref="Trainer"/> does this with its own weights.
    /// </summary>
    /// <param name="weights">The weights.</param>
    public Dataset WithVectorsOf(INetworkWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return HasTokens
            ? new Dataset(InputShape, _inputs.For(weights), _labels, _lengths.Length == 0 ? null : _lengths, _discriminativePatches) { Names = Names, Documents = Documents, Deciding = Deciding }
            : this;
    }

    /// <summary>[N].</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Valid patches, [N, <see cref="LengthsPerSample"/>]; empty if all are valid.</summary>
    public ReadOnlySpan<int> Lengths => _lengths;

    /// <summary>Counts per sample in <see cref="Lengths"/>: 0 if all patches are valid, else 1 or the number of groups.</summary>
    public int LengthsPerSample => Count == 0 ? 0 : _lengths.Length / Count;

    /// <summary>[N], the patch that decides the class of each sample, −1 if unknown; empty if none is known.</summary>
    public ReadOnlySpan<int> DiscriminativePatches => _discriminativePatches;

    /// <summary>
    /// [N, n], whether each patch decides the class by itself, for samples that may have several such patches; null if a sample has at most the one in
    /// <see cref="DiscriminativePatches"/>.
    /// </summary>
    internal bool[]? Deciding { get; init; }

    /// <summary>The patches of a sample that decide its class, each by itself: the one in <see cref="DiscriminativePatches"/>, or several, as in a bag; none if none is known.</summary>
    /// <param name="sample">The sample.</param>
    public IEnumerable<int> DiscriminativePatchesOf(int sample)
    {
        if (Deciding is { } deciding)
        {
            int patches = deciding.Length / Count;
            return Enumerable.Range(0, patches).Where(patch => deciding[(sample * patches) + patch]);
        }

        return _discriminativePatches is { } single && single[sample] >= 0 ? [single[sample]] : [];
    }

    /// <summary>The same samples with other patches taken for those that decide the class, to measure which patches experts take.</summary>
    /// <param name="patches">[N], −1 for none.</param>
    /// <exception cref="ArgumentException">There are more or fewer than samples.</exception>
    internal Dataset WithDiscriminativePatches(int[] patches) =>
        new(InputShape, _inputs, _labels, _lengths.Length == 0 ? null : _lengths, patches) { Names = Names, Augmentation = Augmentation };

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
            InputShape, _inputs, _labels[..count], _lengths.Length == 0 ? null : _lengths[..(count * LengthsPerSample)], _discriminativePatches?[..count])
        {
            Names = [.. Names.Take(count)],
            Augmentation = Augmentation,
            Deciding = Deciding?[..(count * (Deciding.Length / Count))],
        };
    }

    /// <summary>The same samples, normalised: floats in place, pixels as floats. These samples are not to be used any more.</summary>
    internal Dataset Normalized(Normalization normalization)
    {
        float[] values = _inputs is ByteStore bytes ? bytes.Values : ((FloatStore)_inputs).Values;
        normalization.Apply(values.AsSpan(0, Count * InputLength));
        return new Dataset(InputShape, new FloatStore(values, InputLength), _labels, _lengths.Length == 0 ? null : _lengths, _discriminativePatches) { Names = Names, Augmentation = Augmentation, Deciding = Deciding };
    }

    /// <summary>The same samples, varied in training.</summary>
    internal Dataset WithAugmentation(ImageAugmentation augmentation) =>
        new(InputShape, _inputs, _labels, _lengths, _discriminativePatches) { Names = Names, Augmentation = augmentation, Deciding = Deciding };

    /// <summary>The samples as they are in one epoch of training: varied if they are augmented, otherwise this.</summary>
    /// <param name="epoch">From 0.</param>
    internal Dataset AtEpoch(int epoch) => Augmentation is null
        ? this
        : new Dataset(InputShape, new AugmentedStore(_inputs, InputShape, Augmentation, epoch), _labels, _lengths, _discriminativePatches) { Names = Names, Deciding = Deciding };

    /// <summary>Some of the samples, without augmentation: a copy, or where they are if they are not in memory.</summary>
    /// <param name="samples">Their indices.</param>
    /// <exception cref="BadInputException">One array cannot hold them.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    internal Dataset Select(ReadOnlySpan<int> samples)
    {
        var labels = new int[samples.Length];
        var lengths = new int[samples.Length * LengthsPerSample];
        GatherLabels(samples, labels, lengths);
        int[] chosen = samples.ToArray();
        int[]? discriminative = _discriminativePatches is { } known ? Array.ConvertAll(chosen, sample => known[sample]) : null;
        return new Dataset(InputShape, StoreOf(chosen), labels, lengths.Length == 0 ? null : lengths, discriminative)
        {
            Names = Names.Count == 0 ? [] : Array.ConvertAll(chosen, sample => Names[sample]),
            Deciding = DecidingOf(chosen),
        };
    }

    private bool[]? DecidingOf(int[] samples)
    {
        int patches = Deciding is null ? 0 : Deciding.Length / Count;
        return Deciding is { } all ? [.. samples.SelectMany(sample => all.Skip(sample * patches).Take(patches))] : null;
    }

    private SampleStore StoreOf(int[] samples)
    {
        if (!IsInMemory)
        {
            return new SelectedStore(_inputs, samples);
        }

        if (_inputs is ByteStore bytes)
        {
            byte[] pixels = SampleArray.AllocatePixels(samples.Length, InputLength, "training.validation");
            for (int b = 0; b < samples.Length; b++)
            {
                bytes.Pixels.AsSpan(samples[b] * InputLength, InputLength).CopyTo(pixels.AsSpan(b * InputLength));
            }

            return new ByteStore(pixels, InputLength);
        }

        float[] inputs = SampleArray.Allocate(samples.Length, InputLength, "training.validation");
        GatherInputs(samples, inputs);
        return new FloatStore(inputs, InputLength);
    }

    /// <summary>The values of samples <paramref name="start"/>…<paramref name="start"/>+<paramref name="count"/>−1.</summary>
    /// <exception cref="InvalidOperationException">As for <see cref="Inputs"/>.</exception>
    public ReadOnlySpan<float> InputsOf(int start, int count) => Inputs.Slice(start * InputLength, count * InputLength);

    /// <summary>Copies the values of samples <paramref name="start"/>…<paramref name="start"/>+<paramref name="count"/>−1.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">How many.</param>
    /// <param name="inputs">At least [<paramref name="count"/>, <see cref="InputLength"/>], written.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no such samples.</exception>
    public void CopyInputs(int start, int count, Span<float> inputs)
    {
        for (int b = 0; b < count; b++)
        {
            _inputs.Copy(Existing(start + b), inputs.Slice(b * InputLength, InputLength));
        }
    }

    /// <summary>The values of samples <paramref name="start"/>…<paramref name="start"/>+<paramref name="count"/>−1, where they lie or in a buffer.</summary>
    /// <param name="start">The first sample.</param>
    /// <param name="count">How many.</param>
    /// <param name="buffer">Grows if it is needed and too short.</param>
    internal ReadOnlySpan<float> InputsOf(int start, int count, ref float[] buffer)
    {
        if (_inputs is FloatStore)
        {
            return InputsOf(start, count);
        }

        int length = checked(count * InputLength);
        if (buffer.Length < length)
        {
            buffer = new float[length];
        }

        CopyInputs(start, count, buffer);
        return buffer.AsSpan(0, length);
    }

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
            _inputs.Copy(Existing(samples[b]), inputs.Slice(b * InputLength, InputLength));
        }
    }

    /// <summary>The same into a buffer that is used again and again.</summary>
    /// <param name="samples">Their indices.</param>
    /// <param name="inputs">At least [B, <see cref="InputLength"/>], written.</param>
    /// <param name="held">[B], the sample of these data whose values each place of the buffer has, −1 for none; written.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such sample.</exception>
    internal void GatherInputs(ReadOnlySpan<int> samples, Span<float> inputs, Span<int> held)
    {
        for (int b = 0; b < samples.Length; b++)
        {
            int sample = Existing(samples[b]);
            Span<float> values = inputs.Slice(b * InputLength, InputLength);
            if (held[b] < 0)
            {
                _inputs.Copy(sample, values);
            }
            else
            {
                _inputs.CopyOver(held[b], sample, values);
            }

            held[b] = sample;
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

    private static int LengthOf(EquatableArray<int> shape) => shape.Aggregate(1, (product, size) => checked(product * size));

    private int Existing(int sample) => (uint)sample < (uint)Count
        ? sample
        : throw new ArgumentOutOfRangeException(nameof(sample), sample, $"The data have {Count} samples.");
}
